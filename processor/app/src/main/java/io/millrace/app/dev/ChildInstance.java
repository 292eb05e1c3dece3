package io.millrace.app.dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A further instance of the session's job: a process with this JVM's class path and a state directory of its own. It lives as long as its
 * stdin, which this process alone holds open, so it ends with this process however that ends. Its first line tells what the group
 * calls it; nothing else is taken from it. Used by one thread.
 */
final class ChildInstance {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(12);

    private final int number;
    private final Process process;
    private final Path log;
    private volatile @Nullable String name;

    private ChildInstance(int number, Process process, Path log) {
        this.number = number;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one.
     *
     * @param name the job file's name
     * @param text where the job's text is
     * @param directory the session's; the instance's state and log go there, and what an earlier one of this number left is found there
     */
    static ChildInstance start(int number, String name, Path text, String bootstrapServers, Path directory) {
        Path log = directory.resolve("instance-" + number + ".log");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlog4j2.configurationFile=classpath:log4j2.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "io.millrace.app.Millrace",
                "dev-instance",
                name,
                text.toString(),
                bootstrapServers,
                directory.resolve("state-" + number).toString());
        try {
            ChildInstance child = new ChildInstance(
                    number,
                    new ProcessBuilder(command).redirectError(log.toFile()).start(),
                    log);
            Thread reading = new Thread(child::readName, "millrace-dev-instance-" + number);
            reading.setDaemon(true);
            reading.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start an instance in a process: " + e.getMessage(), e);
        }
    }

    int number() {
        return number;
    }

    long pid() {
        return process.pid();
    }

    /** What it is called in the group, see {@link KafkaWatch}; null until it has said so. */
    @Nullable
    String name() {
        return name;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Of a process that has ended by itself: how, in words. */
    String end() {
        try {
            List<String> lines = Files.readAllLines(log);
            return "with exit code " + process.exitValue()
                    + (lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1));
        } catch (IOException unreadable) {
            return "with exit code " + process.exitValue();
        }
    }

    /** SIGKILL; returns when it is dead. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** Asks it to finish its open transaction and end. {@link #await} waits for that. */
    void requestStop() {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyDead) {
            // what was wanted
        }
    }

    /** Returns when it is dead, which is made so after a limit. */
    void await() {
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void readName() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            name = lines.readLine();
            while (lines.readLine() != null) {
                // So that it never waits for a reader.
            }
        } catch (IOException killed) {
            // nothing more to read
        }
    }
}
