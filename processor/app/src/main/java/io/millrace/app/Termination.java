package io.millrace.app;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Makes SIGTERM and Ctrl-C a request to finish. The JVM would end with 143 and without waiting; here the command is asked to stop,
 * gets a grace period to do so, and its own exit code is the process's.
 */
final class Termination {
    private Termination() {}

    /**
     * Runs a command's work.
     *
     * @param stop asks the work to end soon; called from another thread, at most once
     * @param grace how long the work may take to end after that; then the process ends with {@link ExitCode#FAILED}
     */
    static ExitCode guard(Runnable stop, Duration grace, Supplier<ExitCode> work) {
        CompletableFuture<ExitCode> result = new CompletableFuture<>();
        Thread hook = new Thread(() -> haltAfter(stop, grace, result), "millrace-termination");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            ExitCode code = work.get();
            result.complete(code);
            return code;
        } finally {
            result.complete(ExitCode.FAILED);
            remove(hook);
        }
    }

    private static void haltAfter(Runnable stop, Duration grace, CompletableFuture<ExitCode> result) {
        ExitCode code;
        try {
            stop.run();
            code = result.get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            System.err.println("millrace: did not stop within " + grace.toSeconds()
                    + " s; the open transaction is left to the broker, which aborts it");
            code = ExitCode.FAILED;
        } catch (ExecutionException | InterruptedException | RuntimeException e) {
            System.err.println("millrace: could not stop cleanly: " + e);
            code = ExitCode.FAILED;
        }
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code.number());
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // The hook runs: it ends the process, and the exit of this thread waits for that.
        }
    }
}
