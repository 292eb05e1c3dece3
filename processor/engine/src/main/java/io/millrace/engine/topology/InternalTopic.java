package io.millrace.engine.topology;

import java.util.Map;

/**
 * A topic that belongs to the job alone; it is created at start if it does not exist.
 *
 * @param stage the stage that decides its number of partitions: as many as that stage has tasks
 * @param config its settings where they differ from the broker's defaults
 */
public record InternalTopic(String name, Kind kind, int stage, Map<String, String> config) {
    public InternalTopic {
        config = Map.copyOf(config);
    }

    /** What it is for. */
    public enum Kind {
        /** Carries rows to the next stage by key, and watermarks. Purged below the committed offsets, never by time or size. */
        REPARTITION,
        /** The last value of each key of a store. Small segments, since only closed ones are compacted. */
        CHANGELOG;

        private Map<String, String> config() {
            return switch (this) {
                case REPARTITION -> Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");
                case CHANGELOG -> Map.of("cleanup.policy", "compact", "segment.bytes", "67108864");
            };
        }
    }

    static InternalTopic of(String name, Kind kind, int stage) {
        return new InternalTopic(name, kind, stage, kind.config());
    }
}
