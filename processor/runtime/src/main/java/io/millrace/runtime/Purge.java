package io.millrace.runtime;

import io.millrace.engine.topology.Exchange;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Deletes from repartition topics what has been processed, and from the changelogs of expiring stores what has expired, since nothing
 * else does: they have no retention by time or size. Workers say what they have committed; every half minute one request goes out for all
 * of it.
 */
final class Purge {
    private static final long INTERVAL_MS = 30_000;

    private final RuntimeContext context;
    private final Set<String> topics;
    private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
    /** What was asked for before, to not ask again when nothing has moved. */
    private final Map<TopicPartition, Long> sent = new ConcurrentHashMap<>();

    private long lastMs;

    Purge(RuntimeContext context) {
        this.context = context;
        this.topics =
                context.topology().exchanges().stream().map(Exchange::topic).collect(Collectors.toSet());
        this.lastMs = context.clock().millis();
    }

    /** These offsets are committed. Callable from any worker. */
    void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        offsets.forEach((partition, offset) -> {
            if (topics.contains(partition.topic())) {
                committed.merge(partition, offset.offset(), Math::max);
            }
        });
    }

    /** Changelogs are not needed below these offsets. Callable from any worker. */
    void expired(Map<TopicPartition, Long> fronts) {
        fronts.forEach((partition, offset) -> {
            if (offset > sent.getOrDefault(partition, 0L)) {
                committed.merge(partition, offset, Math::max);
            }
        });
    }

    /** Sends a request if it is time. */
    void step() {
        long nowMs = context.clock().millis();
        if (nowMs - lastMs < INTERVAL_MS) {
            return;
        }
        lastMs = nowMs;
        Map<TopicPartition, Long> before = new HashMap<>(committed);
        before.forEach(committed::remove);
        sent.putAll(before);
        if (!before.isEmpty()) {
            context.admin().purge(before);
        }
    }
}
