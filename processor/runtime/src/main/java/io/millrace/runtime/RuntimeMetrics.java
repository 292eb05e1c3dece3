package io.millrace.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.task.Task;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The meters of one instance; docs/operations.md lists them. Thread-safe. */
final class RuntimeMetrics {
    private final MeterRegistry registry;
    private final Map<Task.TallyKey, Counter> counters = new ConcurrentHashMap<>();
    private final Counter restored;
    private final Counter rollbacks;
    private final Timer checkpoints;

    RuntimeMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.restored = Counter.builder("millrace.restore.records")
                .description("Changelog records replayed to bring tasks to their last checkpoint")
                .register(registry);
        this.rollbacks = Counter.builder("millrace.rollbacks")
                .description("Transactions given up, with a return to the last checkpoint")
                .register(registry);
        this.checkpoints = Timer.builder("millrace.checkpoints")
                .description("Committed transactions, and the time from firing timers to local state written")
                .register(registry);
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
            case LATE -> "millrace.rows.late";
            case ERRORS -> "millrace.records.failed";
            case EXCHANGED -> "millrace.rows.exchanged";
        };
    }

    void restored(long records) {
        restored.increment((double) records);
    }

    void rolledBack() {
        rollbacks.increment();
    }

    void checkpoint(long tookMs) {
        checkpoints.record(tookMs, TimeUnit.MILLISECONDS);
    }
}
