package io.millrace.runtime;

import java.time.Duration;
import java.util.Map;

/**
 * How one process runs a job.
 *
 * @param instanceId tells this process's state directory from all others; stable over restarts, so that a restarted process takes its
 *     place in the group and aborts its own open transactions at once
 * @param kafka client properties in the job's words, with the prefixes {@code consumer.}, {@code producer.} and {@code admin.}
 * @param workers threads, each with its consumer, its producer and its tasks
 * @param untilEnd whether to stop at the ends that the sources have now
 * @param onDataLoss what to do about input that was deleted before it was read
 */
public record InstanceConfig(
        String instanceId,
        Map<String, String> kafka,
        int workers,
        Duration checkpointInterval,
        boolean untilEnd,
        OnDataLoss onDataLoss) {
    public InstanceConfig {
        kafka = Map.copyOf(kafka);
        if (workers < 1) {
            throw new IllegalArgumentException("an instance needs at least one worker, not " + workers);
        }
    }

    /** One that fails on data loss. */
    public InstanceConfig(
            String instanceId, Map<String, String> kafka, int workers, Duration checkpointInterval, boolean untilEnd) {
        this(instanceId, kafka, workers, checkpointInterval, untilEnd, OnDataLoss.FAIL);
    }

    /** The bootstrap servers, for messages. */
    public String brokers() {
        return kafka.getOrDefault("bootstrap.servers", "(no bootstrap.servers)");
    }

    /** Never the properties: they hold secrets. */
    @Override
    public String toString() {
        return "InstanceConfig[" + instanceId + ", " + workers + " workers, " + checkpointInterval + "]";
    }
}
