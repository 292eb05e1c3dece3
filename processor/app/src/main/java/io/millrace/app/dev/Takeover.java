package io.millrace.app.dev;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Tells from observations when the job is whole again after an instance was started or killed: every task has an owner, each of its
 * inputs is committed further by that owner, and a new result has come. Used by one thread.
 *
 * <p>Offsets are compared with those at the first observation of the new placement, not with those at the kill: a commit that was on
 * its way when the process died may take effect after it. A partition to which nothing is written cannot be committed further, and is
 * let pass after a while.
 */
final class Takeover {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration KILL_LIMIT = Duration.ofMinutes(2);
    private static final long NEVER = -1;
    private static final long QUIET_NS = Duration.ofSeconds(3).toNanos();
    private static final long RESULTS_NS = Duration.ofSeconds(10).toNanos();

    private final String instance;
    private final boolean killed;
    private final Set<String> tasks;
    private final Observation before;
    private final long startNs;
    private @Nullable Observation placed;
    private long givenUpNs = NEVER;
    private long abortedNs = NEVER;
    private long progressNs = NEVER;
    private long runningNs = NEVER;
    private long resultNs = NEVER;
    private long lastNs;
    private int quiet;
    private int waiting;

    /**
     * @param instance which one was started or killed
     * @param tasks all tasks of the job
     * @param before an observation with an owner for each task, from before the change took effect
     * @param startNs when it was started or killed
     */
    Takeover(String instance, boolean killed, Set<String> tasks, Observation before, long startNs) {
        this.instance = instance;
        this.killed = killed;
        this.tasks = Set.copyOf(tasks);
        this.before = before;
        this.startNs = startNs;
        this.lastNs = startNs;
    }

    /** Takes the next observation. */
    void see(Observation now) {
        lastNs = now.atNs();
        if (givenUpNs == NEVER && !now.members().contains(instance)) {
            givenUpNs = now.atNs();
        }
        if (abortedNs == NEVER && now.open(instance) == 0) {
            abortedNs = now.atNs();
        }
        if (runningNs == NEVER) {
            seePlacement(now);
        } else if (resultNs == NEVER && placed != null && now.results() > placed.results()) {
            resultNs = now.atNs();
        }
    }

    /** Whether there is nothing more to wait for. */
    boolean isOver() {
        return resultNs != NEVER
                || (runningNs != NEVER && lastNs - runningNs >= RESULTS_NS)
                || lastNs - startNs >= limit().toNanos();
    }

    /** How long it is waited for. */
    Duration limit() {
        return killed ? KILL_LIMIT : START_LIMIT;
    }

    /** What is known by now. */
    Timing timing() {
        Observation after = placed;
        long moved = after == null
                ? 0
                : tasks.stream()
                        .filter(task -> !String.valueOf(after.owners().get(task))
                                .equals(before.owners().get(task)))
                        .count();
        return new Timing(
                moved, tasks.size(), quiet, since(givenUpNs), since(abortedNs), since(runningNs), since(resultNs));
    }

    private void seePlacement(Observation now) {
        boolean whole = now.owners().keySet().equals(tasks) && now.owners().containsValue(instance) != killed;
        Observation first = placed;
        if (!whole || first == null || !first.owners().equals(now.owners())) {
            placed = whole ? now : null;
            progressNs = now.atNs();
            waiting = now.ends().size();
            return;
        }
        int stillWaiting = 0;
        int silent = 0;
        for (Map.Entry<TopicPartition, Long> end : now.ends().entrySet()) {
            TopicPartition partition = end.getKey();
            if (now.committed(partition) <= first.committed(partition)) {
                stillWaiting++;
                silent += end.getValue().equals(first.ends().get(partition)) ? 1 : 0;
            }
        }
        progressNs = stillWaiting < waiting ? now.atNs() : progressNs;
        waiting = stillWaiting;
        if (waiting == 0 || (silent == waiting && now.atNs() - first.atNs() >= QUIET_NS)) {
            runningNs = progressNs;
            quiet = waiting;
        }
    }

    private double since(long atNs) {
        return atNs == NEVER ? Double.NaN : (atNs - startNs) / 1e9;
    }

    /**
     * Seconds count from the start or the kill; NaN for what did not happen.
     *
     * @param moved how many tasks have another owner than before
     * @param quiet how many input partitions got no record by which their task could have shown that it runs
     * @param givenUpSeconds when the group no longer had the instance
     * @param abortedSeconds when no transaction of the instance was open
     * @param runningSeconds when every task had been committed further by its owner
     * @param resultSeconds when a result was read after that
     */
    record Timing(
            long moved,
            int tasks,
            int quiet,
            double givenUpSeconds,
            double abortedSeconds,
            double runningSeconds,
            double resultSeconds) {
        boolean isRunning() {
            return !Double.isNaN(runningSeconds);
        }

        /** How long it took; only for what runs. */
        String text() {
            return String.format(
                            "%d of %d tasks moved; every task commits again after %.1f s", moved, tasks, runningSeconds)
                    + (quiet == 0
                            ? ""
                            : String.format(" (input partitions without a new record to show it by: %d)", quiet))
                    + (Double.isNaN(resultSeconds)
                            ? "; no new result was due yet"
                            : String.format("; a new result after %.1f s", resultSeconds));
        }

        /**
         * What most of it went for, after a kill.
         *
         * @param sessionTimeout the setting behind {@code givenUpSeconds}
         * @param transactionTimeout the setting behind {@code abortedSeconds}
         */
        String cause(String sessionTimeout, String transactionTimeout) {
            return String.format(
                    "of that, %.1f s until the group gave it up (%s), %.1f s until its transactions were aborted (%s)",
                    givenUpSeconds, sessionTimeout, abortedSeconds, transactionTimeout);
        }
    }
}
