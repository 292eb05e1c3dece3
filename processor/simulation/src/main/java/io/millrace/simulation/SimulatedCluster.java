package io.millrace.simulation;

import io.millrace.runtime.Cluster;
import io.millrace.runtime.RecordTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnstableOffsetCommitException;

/** What a process asks the cluster besides reading and writing. A question without an answer costs five seconds. */
final class SimulatedCluster implements Cluster {
    private static final long TIMEOUT_MS = 5_000;

    private final SimulatedKafka kafka;
    private final Incarnation process;
    private final Fate fate;

    SimulatedCluster(SimulatedKafka kafka, Incarnation process, Fate fate) {
        this.kafka = kafka;
        this.process = process;
        this.fate = fate;
    }

    private void ask(String what) {
        fate.between(process);
        boolean lost = fate.strikes(Fault.ADMIN_UNANSWERED);
        if (lost || !kafka.isAvailable()) {
            fate.await(process, TIMEOUT_MS, () -> !lost && kafka.isAvailable());
            if (lost || !kafka.isAvailable()) {
                kafka.trace(process.instance(), "gets no answer: " + what);
                throw new TimeoutException("no answer: " + what);
            }
        }
    }

    @Override
    public Map<String, Topic> describe(Collection<String> topics) {
        ask("topics");
        Map<String, Topic> found = new HashMap<>();
        for (String name : topics) {
            SimulatedKafka.Topic topic = kafka.topics().get(name);
            if (topic != null) {
                found.put(
                        name,
                        new Topic(
                                name,
                                topic.id(),
                                topic.partitions().size(),
                                topic.cleanupPolicy(),
                                true,
                                SimulatedKafka.TOMBSTONES_KEPT_MS,
                                RecordTime.ANY));
            }
        }
        return found;
    }

    @Override
    public void create(String topic, int partitions, Map<String, String> config) {
        ask("create " + topic);
        kafka.create(topic, partitions, config.getOrDefault("cleanup.policy", "delete"));
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(String group, Collection<TopicPartition> partitions) {
        ask("committed offsets");
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
        for (TopicPartition partition : partitions) {
            if (kafka.group().isUnstable(partition)) {
                kafka.count("a restoration waits for a pending transaction");
                throw new UnstableOffsetCommitException("a transaction is pending over the offset of " + partition);
            }
            OffsetAndMetadata offset = kafka.group().committed(partition);
            if (offset != null) {
                found.put(partition, offset);
            }
        }
        kafka.trace(process.instance(), "reads committed offsets " + Text.offsets(found));
        return found;
    }

    @Override
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        return offsets("beginnings", partitions, PartitionLog::startOffset);
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, boolean committed) {
        return offsets("ends", partitions, committed ? PartitionLog::lastStableOffset : PartitionLog::endOffset);
    }

    private Map<TopicPartition, Long> offsets(
            String what, Collection<TopicPartition> partitions, ToLongFunction<PartitionLog> offset) {
        ask(what);
        Map<TopicPartition, Long> found = new HashMap<>();
        partitions.forEach(partition -> found.put(partition, offset.applyAsLong(kafka.log(partition))));
        kafka.trace(process.instance(), what + " are " + Text.longs(found));
        return found;
    }

    @Override
    public void purge(Map<TopicPartition, Long> before) {
        fate.between(process);
        if (kafka.isAvailable()) {
            kafka.trace(process.instance(), "deletes before " + Text.longs(before));
            before.forEach((partition, offset) -> kafka.log(partition).deleteBefore(offset));
        }
    }

    @Override
    public void close() {
        // There is nothing to free.
    }
}
