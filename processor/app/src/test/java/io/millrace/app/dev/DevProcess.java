package io.millrace.app.dev;

import io.millrace.local.Lifeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code millrace dev} in a JVM of its own that takes its stdin for a keyboard. It dies with this JVM. */
final class DevProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final Process process;
    private final Lifeline lifeline;
    private final Path out;
    private int forgotten;

    private DevProcess(Process process, Path out) {
        this.process = process;
        this.lifeline = Lifeline.of(process);
        this.out = out;
    }

    static DevProcess start(Path directory) throws IOException {
        Path out = directory.resolve("dev.txt");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        // As a user has it, not as the tests do.
                        "-Dlog4j2.configurationFile=classpath:log4j2.xml",
                        "-Dmillrace.tty=true",
                        "-Dmillrace.keys=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.millrace.app.Millrace",
                        "dev"))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        return new DevProcess(builder.start(), out);
    }

    void press(char key) throws IOException {
        process.getOutputStream().write(key);
        process.getOutputStream().flush();
    }

    /** What it has shown that matches, once there is something. */
    Matcher await(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        until(
                () -> compiled.matcher(shown()).find() || !process.isAlive(),
                () -> "nothing like " + pattern + " in " + shown());
        Matcher found = compiled.matcher(shown());
        if (!found.find()) {
            throw new AssertionError("it has ended without " + pattern + ": " + shown());
        }
        return found;
    }

    /** What it has shown up to now is not looked at any more. */
    void forget() {
        forgotten += shown().length();
    }

    String shown() {
        try {
            return Files.readString(out).substring(forgotten);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("it still runs: " + shown());
        }
        return process.exitValue();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
        lifeline.close();
    }

    static void until(BooleanSupplier condition, Supplier<String> otherwise) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError(otherwise.get());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }
}
