package io.millrace.app.dev;

import io.millrace.config.JobSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * What the keys do: {@code +} starts an instance, {@code k} kills one; then Kafka is asked until the job is whole again, and until each
 * click that was there by then must have been counted. Runs on its own thread until {@link #stop}; the next key is read when the last
 * one's outcome is told.
 */
final class Recovery implements Runnable {
    static final String KEYS =
            "keys: + starts another instance of the job in a process, k kills one in the middle of a transaction"
                    + " (SIGKILL)";

    private static final long LOOK_MS = 100;
    private static final Duration PLACED_LIMIT = Duration.ofSeconds(30);
    private static final Duration TASKS_LIMIT = Duration.ofSeconds(10);
    private static final Duration OPEN_LIMIT = Duration.ofSeconds(2);
    private static final Duration AUDIT_LIMIT = Duration.ofSeconds(60);

    private final Keys keys;
    private final Instances instances;
    private final KafkaWatch kafka;
    private final ResultReader results;
    private final @Nullable ExactCheck check;
    private final JobSpec job;
    private final Screen screen;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /**
     * @param check null where there is nothing to compare the results with
     * @param job as it runs
     */
    Recovery(
            Keys keys,
            Instances instances,
            KafkaWatch kafka,
            ResultReader results,
            @Nullable ExactCheck check,
            JobSpec job,
            Screen screen) {
        this.keys = keys;
        this.instances = instances;
        this.kafka = kafka;
        this.results = results;
        this.check = check;
        this.job = job;
        this.screen = screen;
    }

    @Override
    public void run() {
        while (!isStopped(LOOK_MS)) {
            for (ChildInstance ended : instances.takeEnded()) {
                screen.line("instance " + ended.number() + " ended by itself " + ended.end());
            }
            switch (keys.next()) {
                case '+' -> start();
                case 'k', 'K' -> kill();
                case Keys.NONE, '\r', '\n' -> {}
                default -> screen.line(KEYS);
            }
        }
    }

    /** From any thread. */
    void stop() {
        stopped.countDown();
    }

    private void start() {
        Observation before = await(this::isWhole, PLACED_LIMIT);
        if (before == null) {
            sayNotWhole("+");
            return;
        }
        ChildInstance child = instances.start();
        if (child == null) {
            screen.line("+: there are " + Instances.MAX_CHILDREN + " further instances already; k kills one");
            return;
        }
        long startNs = System.nanoTime();
        screen.line("+: instance " + child.number() + " starts as process " + child.pid());
        while (child.name() == null && child.isAlive()) {
            if (isStopped(LOOK_MS)) {
                return;
            }
        }
        String name = child.name();
        if (name != null) {
            screen.line(
                    "+: instance %d is up after %.1f s".formatted(child.number(), (System.nanoTime() - startNs) / 1e9));
            follow(new Takeover(name, false, kafka.tasks(), before, startNs), "+", name, () -> !child.isAlive());
        }
    }

    private void kill() {
        ChildInstance child = instances.last();
        String name = child == null ? null : child.name();
        if (child == null || name == null) {
            screen.line("k: there is no further instance to kill; + starts one");
            return;
        }
        Observation before = await(now -> isWhole(now) && now.tasksOf(name) > 0, TASKS_LIMIT);
        before = before == null ? await(this::isWhole, PLACED_LIMIT) : before;
        if (before == null) {
            sayNotWhole("k");
            return;
        }
        await(now -> now.open(name) > 0, OPEN_LIMIT);
        instances.kill(child);
        long killedNs = System.nanoTime();
        Observation dead = await(now -> true, OPEN_LIMIT);
        if (dead != null) {
            screen.line(
                    ("k: instance %d (process %d) is dead by SIGKILL; transactions it left open: %d, tasks without an"
                                    + " owner that works: %d of %d")
                            .formatted(
                                    child.number(),
                                    child.pid(),
                                    dead.open(name),
                                    before.tasksOf(name),
                                    before.owners().size()));
            follow(new Takeover(name, true, kafka.tasks(), before, killedNs), "k", name, () -> false);
        }
    }

    /** @param futile whether there is nothing more to be told */
    private void follow(Takeover takeover, String key, String name, BooleanSupplier futile) {
        await(
                now -> {
                    takeover.see(now);
                    return takeover.isOver() || futile.getAsBoolean();
                },
                takeover.limit().multipliedBy(2));
        if (isStopped(0) || futile.getAsBoolean()) {
            return;
        }
        Takeover.Timing timing = takeover.timing();
        Observation now = await(this::isWhole, TASKS_LIMIT);
        if (timing.isRunning()) {
            screen.line(key + ": " + timing.text());
            if (key.equals("k")) {
                screen.line("k: "
                        + timing.cause(
                                DevJob.setting(job, "consumer", "session.timeout.ms"),
                                DevJob.setting(job, "producer", "transaction.timeout.ms")));
            }
        } else if (now != null && key.equals("+") && now.tasksOf(name) == 0) {
            screen.line("+: " + instances.title(name) + " has got no task: " + whyNone(now));
        } else {
            screen.line(key + ": the job is not whole again after "
                    + takeover.limit().toSeconds() + " s");
        }
        if (now != null) {
            screen.line(key + ": " + placement(now));
        }
        screen.line(key + ": " + audit());
    }

    private String whyNone(Observation now) {
        int tasks = kafka.tasks().size();
        int others = (now.members().size() - 1) * job.runtime().workers();
        return others < tasks
                ? "none could be moved in this time; one with state waits for its copy, which grows as the records flow"
                : "there are %d, one per stage and partition of its input, and the other instances have %d workers for them"
                        .formatted(tasks, others);
    }

    private String placement(Observation now) {
        return now.members().stream()
                .map(member -> instances.title(member) + " has " + now.tasksOf(member) + " tasks")
                .sorted()
                .collect(Collectors.joining(", "));
    }

    /** What can be said of the records, by what is in Kafka alone. */
    private String audit() {
        String back = kafka.wentBack();
        String offsets = back == null ? "no committed offset ever went back" : "COMMITTED OFFSET WENT BACK: " + back;
        if (check == null) {
            return "%s; %,d records of the sources are committed, %,d results came. Whether any is missing or twice cannot be told of this"
                            .formatted(offsets, kafka.sourceRecords(), results.count())
                    + " job: that takes results which add up to its records, as those of ./millrace dev without a job"
                    + " do";
        }
        ResultReader.Read read = results.read();
        if (!isCountedUpTo(read.positions())) {
            return offsets + "; the job has not come as far as the clicks of then within " + AUDIT_LIMIT.toSeconds()
                    + " s, so nothing can be told of them";
        }
        ExactCheck.Tally tally = check.tally(read.closedMs());
        return tally.text() + " (clicks of the windows until " + Instant.ofEpochMilli(tally.untilMs()) + "; " + offsets
                + ")";
    }

    /**
     * Waits until whatever follows from the source records before these positions is in the sinks, and has been read there: first for
     * the sources' offsets, then for those of the example's one exchange, then for the sinks. What was committed with the offsets of
     * one lies before the ends of the next that are seen with it or later. While clicks flow, every offset is passed soon, the markers
     * of transactions included.
     *
     * @return whether that came about in time
     */
    private boolean isCountedUpTo(Map<TopicPartition, Long> positions) {
        Observation sourcesDone = await(
                now -> positions.entrySet().stream()
                        .filter(position -> kafka.isSource(position.getKey()))
                        .allMatch(position -> now.committed(position.getKey()) >= position.getValue()),
                AUDIT_LIMIT);
        if (sourcesDone == null) {
            return false;
        }
        Observation exchangesDone = await(
                now -> sourcesDone.ends().entrySet().stream()
                        .filter(end -> !kafka.isSource(end.getKey()))
                        .allMatch(end -> now.committed(end.getKey()) >= end.getValue()),
                AUDIT_LIMIT);
        if (exchangesDone == null) {
            return false;
        }
        Set<TopicPartition> sinks = positions.keySet().stream()
                .filter(partition -> !kafka.isSource(partition))
                .collect(Collectors.toSet());
        Map<TopicPartition, Long> ends = kafka.ends(sinks);
        return await(
                        now -> ends.entrySet().stream()
                                .allMatch(end ->
                                        results.read().positions().getOrDefault(end.getKey(), -1L) >= end.getValue()),
                        AUDIT_LIMIT)
                != null;
    }

    private boolean isWhole(Observation now) {
        return now.owners().keySet().equals(kafka.tasks());
    }

    private void sayNotWhole(String key) {
        if (!isStopped(0)) {
            screen.line(key + ": not now: for " + PLACED_LIMIT.toSeconds()
                    + " s not every task has had an owner; see whether an instance logs why");
        }
    }

    /** Looks until the condition holds; null if it does not in time, or if this is to end. */
    private @Nullable Observation await(Predicate<Observation> condition, Duration limit) {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        do {
            try {
                Observation now = kafka.observe();
                if (condition.test(now)) {
                    return now;
                }
            } catch (RetriableException notNow) {
                // The next look tells.
            }
        } while (!isStopped(LOOK_MS) && System.nanoTime() < deadlineNs);
        return null;
    }

    /** Waits so long, and tells whether this is to end. */
    private boolean isStopped(long waitMs) {
        try {
            return stopped.await(waitMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
