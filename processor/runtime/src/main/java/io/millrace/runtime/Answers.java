package io.millrace.runtime;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * How often the broker that a partition is read from has answered the consumer. A consumer that gets no answers goes on reporting the lag
 * that it knew last, so a lag of 0 says nothing by itself. Call only from the worker.
 */
final class Answers {
    private final Consumer<?, ?> consumer;
    private final String clientId;
    private final boolean readsFollowers;
    private final Map<String, Map<Integer, Long>> byTopic = new HashMap<>();
    private final Map<Integer, Long> byNode = new HashMap<>();

    /** @param readsFollowers whether the consumer may read from another replica than the leader, and will not say which */
    Answers(Consumer<?, ?> consumer, String clientId, boolean readsFollowers) {
        this.consumer = consumer;
        this.clientId = clientId;
        this.readsFollowers = readsFollowers;
    }

    /** Forgets what was looked up; call it once a round. */
    void refresh() {
        byTopic.clear();
        byNode.clear();
    }

    /** Grows with each answer; -1 if there is no broker for the partition at the moment, as far as the consumer knows. */
    long of(TopicPartition partition) {
        return byTopic.computeIfAbsent(partition.topic(), this::ofTopic).getOrDefault(partition.partition(), -1L);
    }

    private Map<Integer, Long> ofTopic(String topic) {
        Map<Integer, Long> answers = new HashMap<>();
        for (PartitionInfo partition : partitions(topic)) {
            long sum = 0;
            boolean known = false;
            for (Node broker : brokers(partition)) {
                long total = byNode.computeIfAbsent(broker.id(), this::ofNode);
                known |= total >= 0;
                sum += Math.max(0, total);
            }
            answers.put(partition.partition(), known ? sum : -1);
        }
        return answers;
    }

    /** -1 if the consumer has no connection to it. */
    private long ofNode(int id) {
        Metric metric = consumer.metrics()
                .get(new MetricName(
                        "response-total",
                        "consumer-node-metrics",
                        "",
                        Map.of("client-id", clientId, "node-id", "node-" + id)));
        return metric != null && metric.metricValue() instanceof Double total ? total.longValue() : -1;
    }

    private Collection<PartitionInfo> partitions(String topic) {
        try {
            // Answered from what the consumer knows; it waits for nobody.
            return consumer.partitionsFor(topic, Duration.ZERO);
        } catch (KafkaException unknown) {
            // As partitions without a leader: nobody answers for them.
            return List.of();
        }
    }

    private Collection<Node> brokers(PartitionInfo partition) {
        Node leader = partition.leader();
        if (leader == null || leader.isEmpty()) {
            return List.of();
        }
        return readsFollowers ? List.of(partition.inSyncReplicas()) : List.of(leader);
    }
}
