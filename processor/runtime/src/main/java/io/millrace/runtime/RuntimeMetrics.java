package io.millrace.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.task.Task;
import io.millrace.engine.time.Watermarks;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** The meters of one instance; docs/operations.md lists them. Thread-safe. */
final class RuntimeMetrics {
    private final MeterRegistry registry;
    private final Map<Task.TallyKey, Counter> counters = new ConcurrentHashMap<>();
    private final Counter restored;
    private final Counter rollbacks;
    private final Timer checkpoints;
    private final MultiGauge remainingRecords;
    private final MultiGauge remainingBytes;
    private final AtomicInteger pausedInputs = new AtomicInteger();
    private final Counter followed;
    private final AtomicInteger standbys = new AtomicInteger();
    private final AtomicLong standbysLag = new AtomicLong();

    RuntimeMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.restored = Counter.builder("millrace.restore.records")
                .description("Changelog records replayed to bring tasks to their last checkpoint")
                .register(registry);
        this.rollbacks = Counter.builder("millrace.rollbacks")
                .description("Transactions given up, with a return to the last checkpoint")
                .register(registry);
        this.followed = Counter.builder("millrace.standby.records")
                .description("Changelog records read by standbys")
                .register(registry);
        Gauge.builder("millrace.standbys", standbys, AtomicInteger::get)
                .description("Tasks of other instances that this one follows")
                .register(registry);
        Gauge.builder("millrace.standby.lag.records", standbysLag, AtomicLong::get)
                .description("Changelog records that the standbys have not read yet")
                .register(registry);
        this.checkpoints = Timer.builder("millrace.checkpoints")
                .description("Committed transactions, and the time from firing timers to local state written")
                .register(registry);
        this.remainingRecords = MultiGauge.builder("millrace.restore.records.remaining")
                .description("Changelog records that a task which is being restored has still to read")
                .register(registry);
        this.remainingBytes = MultiGauge.builder("millrace.restore.bytes.remaining")
                .description("Their size, going by what the task has read so far")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder("millrace.inputs.paused", pausedInputs, AtomicInteger::get)
                .description(
                        "Input partitions that wait because they are too far ahead, in event time, of their task's others")
                .register(registry);
    }

    /** Shows what an instance is doing, as of each look at the meters. */
    void observe(Supplier<InstanceStatus> status) {
        for (InstanceStatus.State state : InstanceStatus.State.values()) {
            Gauge.builder("millrace.tasks", status, from -> (double) from.get().tasks().stream()
                            .filter(task -> task.state() == state)
                            .count())
                    .description("Tasks of this instance, by what they are doing")
                    // Meters hold on to what they look at only weakly, and nobody else has the supplier.
                    .strongReference(true)
                    .tags("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("millrace.watermark.seconds", status, RuntimeMetrics::watermarkSeconds)
                .description(
                        "Event time up to which all running tasks of this instance are complete; NaN if not known yet")
                .strongReference(true)
                .register(registry);
    }

    private static double watermarkSeconds(Supplier<InstanceStatus> status) {
        long min = status.get().tasks().stream()
                .filter(task -> task.state() == InstanceStatus.State.RUNNING)
                .mapToLong(InstanceStatus.TaskView::watermarkMs)
                .min()
                .orElse(Watermarks.NONE);
        return min == Watermarks.NONE || min == Watermarks.MAX ? Double.NaN : min / 1000.0;
    }

    /** What a committed checkpoint counted. */
    void counted(Task.TallyKey key, long count) {
        counters.computeIfAbsent(key, this::counter).increment((double) count);
    }

    private Counter counter(Task.TallyKey key) {
        return Counter.builder(name(key.kind()))
                .tags(Tags.of("step", key.step()))
                .register(registry);
    }

    private static String name(Tally.Kind kind) {
        return switch (kind) {
            case RECORDS_IN -> "millrace.records.in";
            case RECORDS_OUT -> "millrace.records.out";
            case ON_TIME -> "millrace.rows.on.time";
            case CORRECTED -> "millrace.rows.corrected";
            case LATE -> "millrace.rows.late";
            case DUPLICATES -> "millrace.rows.duplicate";
            case ERRORS -> "millrace.records.failed";
            case EXCHANGED -> "millrace.rows.exchanged";
        };
    }

    void restored(long records) {
        restored.increment((double) records);
    }

    /** From here on, these are the tasks that are being restored. */
    void restoring(Collection<RestoreTicket> tickets) {
        remainingRecords.register(
                tickets.stream()
                        .map(ticket -> MultiGauge.Row.of(
                                task(ticket), ticket, one -> one.progress().remaining()))
                        .toList(),
                true);
        remainingBytes.register(
                tickets.stream()
                        .map(ticket -> MultiGauge.Row.of(
                                task(ticket), ticket, one -> one.progress().remainingBytes()))
                        .toList(),
                true);
    }

    private static Tags task(RestoreTicket ticket) {
        return Tags.of("task", ticket.task().toString());
    }

    /** Offsets of a source that were deleted before they were read. */
    void lost(String topic, long offsets) {
        Counter.builder("millrace.records.lost")
                .description("Offsets of sources that were deleted before the job had read them")
                .tags(Tags.of("topic", topic))
                .register(registry)
                .increment((double) offsets);
    }

    void followed(long records) {
        followed.increment((double) records);
    }

    /** So many tasks are followed, and so many changelog records are not read yet. */
    void standbys(int count, long lag) {
        standbys.set(count);
        standbysLag.set(lag);
    }

    /** So many more input partitions wait for others of their task; negative if they no longer do. */
    void inputsPaused(int change) {
        pausedInputs.addAndGet(change);
    }

    void rolledBack() {
        rollbacks.increment();
    }

    void checkpoint(long tookMs) {
        checkpoints.record(tookMs, TimeUnit.MILLISECONDS);
    }
}
