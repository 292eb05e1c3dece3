package io.millrace.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** A cluster that is a few maps. */
final class MemoryCluster implements Cluster {
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    private final Map<TopicPartition, Long> beginnings = new HashMap<>();
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Map<TopicPartition, Integer> epochs = new HashMap<>();
    private final Map<TopicPartition, List<OpenTransaction>> open = new HashMap<>();
    private final List<Map<TopicPartition, Long>> purges = new ArrayList<>();
    private final Map<String, Map<String, String>> created = new LinkedHashMap<>();
    private final Set<String> writers = new TreeSet<>();
    private final Set<String> members = new TreeSet<>();
    private final List<Set<String>> fenced = new ArrayList<>();
    private final Set<TopicPartition> looked = new HashSet<>();
    private boolean hidesNewTopics;
    private @Nullable KafkaException failure;

    MemoryCluster with(String topic, int partitions) {
        return with(topic, partitions, "delete");
    }

    MemoryCluster with(String topic, int partitions, String cleanupPolicy) {
        return with(topic, partitions, cleanupPolicy, true);
    }

    /** @param keepsAll whether nothing is deleted by age or size */
    MemoryCluster with(String topic, int partitions, String cleanupPolicy, boolean keepsAll) {
        topics.put(
                topic,
                new Topic(topic, Uuid.randomUuid(), partitions, cleanupPolicy, keepsAll, 86_400_000, RecordTime.ANY));
        return this;
    }

    void delete(String topic) {
        topics.remove(topic);
    }

    /** From here on, created topics exist but are not described, as long as brokers have not heard of them. */
    void hideNewTopics() {
        hidesNewTopics = true;
    }

    /** From here on, everything fails like this; null to mend it. */
    void failWith(@Nullable KafkaException error) {
        failure = error;
    }

    /** @param offset null to forget what was committed */
    void commit(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
        if (offset == null) {
            committed.remove(partition);
        } else {
            committed.put(partition, offset);
        }
    }

    void forget(TopicPartition partition) {
        committed.remove(partition);
    }

    /** Where a partition begins; 0 unless it is said here. */
    void begins(TopicPartition partition, long offset) {
        beginnings.put(partition, offset);
    }

    /** Where a partition ends; 0 unless it is said here. */
    void ends(TopicPartition partition, long offset) {
        ends.put(partition, offset);
    }

    /** The leader epoch of a partition; not known unless it is said here. */
    void leads(TopicPartition partition, int epoch) {
        epochs.put(partition, epoch);
    }

    /** What is open over a partition. */
    void open(TopicPartition partition, OpenTransaction... transactions) {
        open.put(partition, List.of(transactions));
    }

    /** These have a transaction open over the job's topics. */
    MemoryCluster writes(String... transactionalIds) {
        writers.addAll(List.of(transactionalIds));
        return this;
    }

    MemoryCluster joins(String... instanceIds) {
        members.addAll(List.of(instanceIds));
        return this;
    }

    void leaves(String instanceId) {
        members.remove(instanceId);
    }

    List<Set<String>> fenced() {
        return fenced;
    }

    /** Where writers were looked for. */
    Set<TopicPartition> looked() {
        return looked;
    }

    /** The settings of the topics that were created. */
    Map<String, Map<String, String>> created() {
        return created;
    }

    List<Map<TopicPartition, Long>> purges() {
        return purges;
    }

    private void check() {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public Map<String, Topic> describe(Collection<String> names) {
        check();
        Map<String, Topic> found = new HashMap<>();
        for (String name : names) {
            Topic topic = topics.get(name);
            if (topic != null && !(hidesNewTopics && created.containsKey(name))) {
                found.put(name, topic);
            }
        }
        return found;
    }

    @Override
    public void create(String topic, int partitions, Map<String, String> config) {
        check();
        created.put(topic, config);
        with(topic, partitions, config.getOrDefault("cleanup.policy", "delete"));
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(String group, Collection<TopicPartition> partitions) {
        check();
        Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>(committed);
        if (!partitions.isEmpty()) {
            found.keySet().retainAll(partitions);
        }
        return found;
    }

    @Override
    public Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
        return offsets(partitions, beginnings);
    }

    @Override
    public Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, boolean stable) {
        return offsets(partitions, ends);
    }

    private Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, Map<TopicPartition, Long> known) {
        check();
        Map<TopicPartition, Long> offsets = new HashMap<>();
        partitions.forEach(partition -> offsets.put(partition, known.getOrDefault(partition, 0L)));
        return offsets;
    }

    @Override
    public Map<TopicPartition, LeaderEpoch> leaderEpochs(Collection<TopicPartition> partitions) {
        check();
        Map<TopicPartition, LeaderEpoch> known = new HashMap<>();
        epochs.forEach((partition, epoch) -> {
            if (partitions.contains(partition)) {
                known.put(partition, new LeaderEpoch(epoch, ends.getOrDefault(partition, 0L)));
            }
        });
        return known;
    }

    @Override
    public List<OpenTransaction> openTransactions(TopicPartition partition) {
        check();
        return open.getOrDefault(partition, List.of());
    }

    @Override
    public Set<String> writers(Collection<TopicPartition> partitions) {
        check();
        looked.addAll(partitions);
        return Set.copyOf(writers);
    }

    @Override
    public Set<String> members(String group) {
        check();
        return Set.copyOf(members);
    }

    @Override
    public void fence(Set<String> transactionalIds) {
        check();
        fenced.add(Set.copyOf(transactionalIds));
        writers.removeAll(transactionalIds);
    }

    @Override
    public void purge(Map<TopicPartition, Long> before) {
        purges.add(Map.copyOf(before));
    }

    @Override
    public void close() {}
}
