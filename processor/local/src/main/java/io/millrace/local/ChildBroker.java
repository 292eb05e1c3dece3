package io.millrace.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A {@link LocalBroker} in a child JVM with this JVM's class path, which can be killed, stopped in its tracks and started again on
 * the same directory and port. Its log lies beside the directory, with {@code .log} behind its name. It dies with this process, however that ends. Not thread-safe.
 */
public final class ChildBroker implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private static final int HEAP_MB = 768;

    private final Path directory;
    private final int port;
    private final int heapMb;
    private final Map<String, String> overrides;
    private @Nullable Process process;
    private CompletableFuture<Boolean> ready = CompletableFuture.completedFuture(false);
    private @Nullable Lifeline lifeline;

    ChildBroker(Path directory, int port, int heapMb, Map<String, String> overrides) {
        this.directory = directory;
        this.port = port;
        this.heapMb = heapMb;
        this.overrides = Map.copyOf(overrides);
    }

    /**
     * Starts one and returns when clients can connect.
     *
     * @param directory where its data is, and stays
     * @param overrides broker properties in Kafka's words that go before those of {@link LocalBroker}
     */
    public static ChildBroker start(Path directory, Map<String, String> overrides) {
        ChildBroker broker = new ChildBroker(directory, Ports.free(), HEAP_MB, overrides);
        broker.start();
        return broker;
    }

    /** What clients need as {@code bootstrap.servers}; the same after every restart. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Starts it again after {@link #kill} or {@link #stop}; returns when clients can connect. */
    public void start() {
        begin();
        awaitReady();
    }

    /** Starts it and returns at once: a broker that needs others for a quorum is not ready before they are. */
    public void begin() {
        if (process != null) {
            throw new IllegalStateException("the broker runs already");
        }
        try {
            Process started = new ProcessBuilder(command())
                    .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
            process = started;
            ready = CompletableFuture.supplyAsync(() -> readyLine(started));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a broker process: " + e.getMessage(), e);
        }
        lifeline = Lifeline.of(running());
    }

    /** Whether it was started and neither killed nor stopped since. */
    public boolean isRunning() {
        return process != null;
    }

    /** SIGKILL; returns when it is dead. */
    public void kill() {
        Process running = running();
        running.destroyForcibly();
        await(running);
        gone();
    }

    /** A clean stop; returns when it has ended. */
    public void stop() {
        Process running = running();
        try {
            running.getOutputStream().close();
        } catch (IOException alreadyDead) {
            // the wait below sees it
        }
        await(running);
        gone();
    }

    /** SIGSTOP: it neither answers nor closes its connections until {@link #resume}. */
    public void pause() {
        Signals.pause(running());
    }

    /** SIGCONT. */
    public void resume() {
        Signals.resume(running());
    }

    /** Stops it if it runs. */
    @Override
    public void close() {
        if (process != null) {
            stop();
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMb + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LocalBroker.class.getName(),
                directory.toString(),
                Integer.toString(port)));
        overrides.forEach((name, value) -> command.add(name + "=" + value));
        return command;
    }

    private Path log() {
        return directory.resolveSibling(directory.getFileName() + ".log");
    }

    /** Returns when clients can connect, after {@link #begin}. */
    public void awaitReady() {
        Process started = running();
        boolean isReady;
        try {
            isReady = ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            isReady = false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot read the broker's output", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isReady = false;
        }
        if (!isReady) {
            boolean ended = !started.isAlive();
            kill();
            throw new IllegalStateException("the broker "
                    + (ended ? "ended before it was ready" : "was not ready within " + START_LIMIT.toSeconds() + " s")
                    + "; its log is " + log());
        }
    }

    /** Reads the child's stdout up to its ready line; false if it ended before. */
    private static boolean readyLine(Process started) {
        try {
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(LocalBroker.READY)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("the broker does not run");
        }
        return process;
    }

    private void await(Process ending) {
        try {
            if (!ending.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                ending.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            ending.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void gone() {
        process = null;
        if (lifeline != null) {
            lifeline.close();
            lifeline = null;
        }
    }
}
