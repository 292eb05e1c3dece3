package io.millrace.app.e2e;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Where a group and the partitions of topics are now, as the brokers say. The admin client stays the caller's. */
record Offsets(Admin admin) {
    /** A group's committed offsets. */
    Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    }

    /**
     * The ends of a topic's partitions.
     *
     * @param committed the last stable offsets, not the high watermarks
     */
    Map<TopicPartition, Long> ends(String topic, int partitions, boolean committed) {
        IsolationLevel isolation = committed ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
        return offsets(topic, partitions, OffsetSpec.latest(), isolation);
    }

    /** The first offsets of a topic's partitions. */
    Map<TopicPartition, Long> beginnings(String topic, int partitions) {
        return offsets(topic, partitions, OffsetSpec.earliest(), IsolationLevel.READ_UNCOMMITTED);
    }

    private Map<TopicPartition, Long> offsets(String topic, int partitions, OffsetSpec spec, IsolationLevel isolation) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            specs.put(new TopicPartition(topic, partition), spec);
        }
        return get(admin.listOffsets(specs, new ListOffsetsOptions(isolation)).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, found -> found.getValue().offset()));
    }

    static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
