package io.millrace.app.dev;

import io.millrace.app.job.RunningJob;
import io.millrace.runtime.InstanceStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a session shows of its job in a line: what Kafka has of all instances, and what the one in this process says of itself besides.
 * Used by one thread.
 */
final class View {
    private final RunningJob running;
    private final Instances instances;
    private final @Nullable Sample sample;
    private final @Nullable ExactCheck check;
    private final Rates rates;

    View(
            RunningJob running,
            Instances instances,
            KafkaWatch kafka,
            ResultReader results,
            @Nullable Sample sample,
            @Nullable ExactCheck check) {
        this.running = running;
        this.instances = instances;
        this.sample = sample;
        this.check = check;
        this.rates = new Rates(kafka::sourceRecords, results::count, running.metrics(), System.nanoTime());
    }

    /** The state of things, {@code seconds} after the start. */
    String status(long seconds) {
        Rates.Counts counts = rates.counts();
        Rates.PerSecond now = rates.perSecond(counts, System.nanoTime());
        StringBuilder line = new StringBuilder();
        line.append("[%02d:%02d] in %,.0f/s  out %,.0f/s".formatted(seconds / 60, seconds % 60, now.in(), now.out()));
        long watermarkMs = running.status().tasks().stream()
                .mapToLong(InstanceStatus.TaskView::watermarkMs)
                .min()
                .orElse(Long.MIN_VALUE);
        line.append(instances.wereSeveral() ? "  (instance 1: " : "  ")
                .append("watermark ")
                .append(watermarkMs == Long.MIN_VALUE ? "-" : Instant.ofEpochMilli(watermarkMs))
                .append("  late %,d  checkpoints %.1f/s".formatted(counts.late(), now.checkpoints()))
                .append(instances.wereSeveral() ? ")" : "");
        if (sample != null) {
            line.append("  behind %,d".formatted(Math.max(0, sample.sent() - counts.in())));
        }
        if (check != null) {
            line.append("  exact %,d".formatted(check.matchedResults()));
            if (check.wrongResults() > 0) {
                line.append("  WRONG %,d".formatted(check.wrongResults()));
            }
        }
        return line.toString();
    }

    /** All of it, at the end. */
    String summary() {
        Rates.Counts counts = rates.counts();
        return "%,d records in%s, %,d results out, %,d late, %,d checkpoints%s"
                .formatted(
                        counts.in(),
                        sample == null ? "" : " of %,d sent".formatted(sample.sent()),
                        counts.out(),
                        counts.late(),
                        counts.checkpoints(),
                        instances.wereSeveral() ? " (late records and checkpoints of instance 1)" : "");
    }
}
