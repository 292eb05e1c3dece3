package io.millrace.app.e2e;

import io.millrace.local.Lifeline;
import io.millrace.local.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code millrace run} in a JVM of its own, with this JVM's class path, that can be killed and stopped in its tracks. Its output
 * goes to a file. It dies with this JVM. */
final class MillraceProcess implements AutoCloseable {
    private final Process process;
    private final Lifeline lifeline;
    private final Path log;

    private MillraceProcess(Process process, Path log) {
        this.process = process;
        this.lifeline = Lifeline.of(process);
        this.log = log;
    }

    /** @param environment what the job's variables resolve to */
    static MillraceProcess start(Path log, Path job, Map<String, String> environment, String... options) {
        return start(log, job, List.of(), environment, options);
    }

    /** Likewise, with flags for its JVM, which go before those that it has anyway. */
    static MillraceProcess start(
            Path log, Path job, List<String> flags, Map<String, String> environment, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-XX:+UseSerialGC"));
        command.addAll(flags);
        command.addAll(List.of(
                // As a user has it, not as the tests do: what it logs is part of what is tested.
                "-Dlog4j2.configurationFile=classpath:log4j2.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.app.Millrace",
                "run",
                job.toString()));
        command.addAll(List.of(options));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        try {
            return new MillraceProcess(builder.start(), log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL, and waits until the process is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        lifeline.close();
    }

    /** SIGSTOP: it does nothing at all until {@link #resume}. */
    void pause() {
        Signals.pause(process);
    }

    /** SIGCONT. */
    void resume() {
        Signals.resume(process);
    }

    /** SIGTERM; {@link #exitCode} tells how it went. */
    void terminate() {
        process.destroy();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The exit code, once the process has ended by itself. @throws AssertionError if it does not within {@code limit} */
    int exitCode(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("millrace did not end within " + limit + "; its output:\n" + output());
        }
        return process.exitValue();
    }

    /** Everything it printed so far. */
    String output() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        lifeline.close();
    }
}
