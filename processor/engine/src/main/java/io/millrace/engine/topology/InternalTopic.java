package io.millrace.engine.topology;

import java.util.List;
import java.util.Map;

/**
 * A topic that belongs to the job alone; it is created at start if it does not exist.
 *
 * @param stages it has as many partitions as the largest of these stages has tasks; none: it has one
 * @param config its settings where they differ from the broker's defaults
 */
public record InternalTopic(String name, Kind kind, List<Integer> stages, Map<String, String> config) {
    public InternalTopic {
        stages = List.copyOf(stages);
        config = Map.copyOf(config);
    }

    /** What it is for. */
    public enum Kind {
        /** Carries rows to the next stage by key, and watermarks. Purged below the committed offsets, never by time or size. */
        REPARTITION,
        /** The last value of each key of a store. Small segments, since only closed ones are compacted. */
        CHANGELOG,
        /**
         * The same of a store whose entries expire: also purged below the first change that is still needed, never by time or size. By
         * time would be wrong: however old a change is by the wall clock, after a long outage or in a backfill its window is still open.
         */
        EXPIRING_CHANGELOG,
        /** What the bytes in the others mean: the {@link Layout} of each. */
        LAYOUT;

        private Map<String, String> config() {
            return switch (this) {
                case LAYOUT -> Map.of("cleanup.policy", "compact");
                case REPARTITION -> Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");
                case CHANGELOG -> Map.of("cleanup.policy", "compact", "segment.bytes", "67108864");
                case EXPIRING_CHANGELOG ->
                    // A broker deletes records on request only where the policy has "delete".
                    Map.of(
                            "cleanup.policy",
                            "compact,delete",
                            "retention.ms",
                            "-1",
                            "retention.bytes",
                            "-1",
                            "segment.bytes",
                            "67108864");
            };
        }
    }

    static InternalTopic of(String name, Kind kind, List<Integer> stages) {
        return new InternalTopic(name, kind, stages, kind.config());
    }
}
