package io.millrace.app;

import io.millrace.app.dev.DevInstance;
import io.millrace.app.job.RunningJob;
import io.millrace.runtime.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * What {@code millrace dev} starts as a further instance; of no use by hand. It ends when its stdin does, so it dies with the session
 * however that ends. A Ctrl-C in the terminal reaches it as well as the session, and does nothing here: the session decides.
 */
@Command(name = "dev-instance", hidden = true, description = "A further instance of a job under 'millrace dev'.")
final class DevInstanceCommand implements Callable<Integer> {
    /** The session's broker may be gone, and then a stop waits for it in vain. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    @Parameters(index = "0", paramLabel = "NAME")
    private String name = "";

    @Parameters(index = "1", paramLabel = "JOB")
    private Path text = Path.of("");

    @Parameters(index = "2", paramLabel = "BROKER")
    private String bootstrapServers = "";

    @Parameters(index = "3", paramLabel = "STATE")
    private Path stateDir = Path.of("");

    private final AtomicReference<@Nullable RunningJob> started = new AtomicReference<>();
    private final CountDownLatch sessionEnded = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    @Override
    public Integer call() {
        Logging.quiet();
        Thread lifeline = new Thread(this::endWithInput, "millrace-lifeline");
        lifeline.setDaemon(true);
        lifeline.start();
        RunningJob running = DevInstance.start(name, text, bootstrapServers, stateDir);
        started.set(running);
        System.out.println(running.memberName());
        return Termination.guard(this::awaitSessionEnd, GRACE, () -> finish(running))
                .number();
    }

    private void awaitSessionEnd() {
        try {
            sessionEnded.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ExitCode finish(RunningJob running) {
        try (running) {
            if (running.await() instanceof Outcome.Failed failed) {
                throw new CommandException(ExitCode.FAILED, failed.message());
            }
            return ExitCode.OK;
        } finally {
            finished.countDown();
        }
    }

    private void endWithInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException broken) {
            // as good as its end
        }
        sessionEnded.countDown();
        RunningJob running = started.get();
        if (running != null) {
            running.requestStop();
        }
        try {
            if (running == null || !finished.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                Runtime.getRuntime().halt(ExitCode.FAILED.number());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
