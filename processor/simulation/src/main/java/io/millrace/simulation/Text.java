package io.millrace.simulation;

import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** How things look in a trace: short, and in an order that does not depend on the JVM. */
final class Text {
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private Text() {}

    static Comparator<TopicPartition> order() {
        return ORDER;
    }

    static String partitions(Collection<TopicPartition> partitions) {
        return partitions.stream().sorted(ORDER).map(TopicPartition::toString).collect(Collectors.joining(" "));
    }

    static String offsets(Map<TopicPartition, OffsetAndMetadata> offsets) {
        return offsets.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(ORDER))
                .map(entry -> entry.getKey() + "@" + entry.getValue().offset())
                .collect(Collectors.joining(" "));
    }

    static String longs(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(ORDER))
                .map(entry -> entry.getKey() + "@" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
