package io.millrace.runtime;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

/**
 * How one process runs a job.
 *
 * @param instanceId tells this process's state directory from all others; stable over restarts, so that a restarted process takes its
 *     place in the group and aborts its own open transactions at once
 * @param kafka client properties in the job's words, with the prefixes {@code consumer.}, {@code producer.} and {@code admin.}
 * @param workers threads, each with its consumer, its producer and its tasks
 * @param untilEnd whether to stop at the ends that the sources have now
 * @param onDataLoss what to do about input that was deleted before it was read
 * @param standbys how many other instances follow the changelogs of each task with state, to take it over without a long restoration
 * @param leaveOnStop whether an instance that is stopped gives its tasks up at once, because it will not come back; if not, they wait for
 *     it until its session times out
 */
public record InstanceConfig(
        String instanceId,
        Map<String, String> kafka,
        int workers,
        Duration checkpointInterval,
        boolean untilEnd,
        OnDataLoss onDataLoss,
        int standbys,
        boolean leaveOnStop) {
    public InstanceConfig {
        kafka = Map.copyOf(kafka);
        if (workers < 1) {
            throw new IllegalArgumentException("an instance needs at least one worker, not " + workers);
        }
        if (standbys < 0) {
            throw new IllegalArgumentException("there cannot be " + standbys + " standbys");
        }
    }

    /** One that fails on data loss, without standbys, for an instance that comes back after a stop. */
    public InstanceConfig(
            String instanceId, Map<String, String> kafka, int workers, Duration checkpointInterval, boolean untilEnd) {
        this(instanceId, kafka, workers, checkpointInterval, untilEnd, OnDataLoss.FAIL, 0, false);
    }

    /** Where this process stands, or null if the job does not say. */
    @Nullable
    String rack() {
        String rack = kafka.get("consumer." + CommonClientConfigs.CLIENT_RACK_CONFIG);
        return rack == null ? kafka.get(CommonClientConfigs.CLIENT_RACK_CONFIG) : rack;
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
