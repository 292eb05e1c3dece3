package io.millrace.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running engine. Its stdout and stderr go to a file; its stdin ends when it is closed. */
final class EngineProcess implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final Path OWN_STAT = Path.of("/proc/self/stat");
    private static final int CHILDREN_USER_FIELD = 13;
    /** What Linux counts processor time in, on every machine that runs Java. */
    private static final long TICK_NS = 10_000_000;

    private final Process process;
    private final Path log;
    private final long endedChildrenBeforeNs;

    private EngineProcess(Process process, Path log, long endedChildrenBeforeNs) {
        this.process = process;
        this.log = log;
        this.endedChildrenBeforeNs = endedChildrenBeforeNs;
    }

    static EngineProcess start(List<String> command, Map<String, String> environment, Path log) {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        try {
            long before = endedChildrenNs();
            return new EngineProcess(builder.start(), log, before);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when it is dead. */
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its process. */
    Process process() {
        return process;
    }

    int exitCode() {
        return process.exitValue();
    }

    Path log() {
        return log;
    }

    /** The processor time that it has used so far, all threads together; 0 if it has ended. */
    long cpuNs() {
        return cpuNs(process.toHandle());
    }

    static long cpuNs(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    /**
     * The processor time of the whole process once it has ended: what this process's ended children grew by. 0 where there is no
     * {@code /proc}. Right only while no other child ends.
     */
    long endedCpuNs() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return endedChildrenNs() - endedChildrenBeforeNs;
    }

    /** Ends its stdin, and waits; a process that does not end is killed. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static long endedChildrenNs() {
        if (!Files.exists(OWN_STAT)) {
            return 0;
        }
        try {
            String stat = Files.readString(OWN_STAT);
            // The command's name may hold spaces; it ends with the last parenthesis, and the fields after it start with
            // the third.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[CHILDREN_USER_FIELD]) + Long.parseLong(fields[CHILDREN_USER_FIELD + 1]))
                    * TICK_NS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
