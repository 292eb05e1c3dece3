package io.millrace.runtime;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of the Kafka cluster besides reading and writing. Calls block up to the admin client's timeout. Thread-safe.
 * All methods throw {@link KafkaException} with the broker's reason, a {@code TimeoutException} if none answered.
 */
public interface Cluster extends AutoCloseable {
    /** Those of the topics that exist. */
    Map<String, Topic> describe(Collection<String> topics);

    /** Creates a topic with the broker's default replication; does nothing if it exists. */
    void create(String topic, int partitions, Map<String, String> config);

    /**
     * The group's committed offsets; partitions that have none are absent.
     *
     * @throws org.apache.kafka.common.errors.UnstableOffsetCommitException if a transaction is pending over one of them: what
     *     the offset is will be known when it has ended
     */
    Map<TopicPartition, OffsetAndMetadata> committed(String group, Collection<TopicPartition> partitions);

    Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions);

    /**
     * The ends of the partitions.
     *
     * @param committed whether records of open transactions are left out (the last stable offset) or not (the high watermark)
     */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, boolean committed);

    /** The leaders of partitions, now. A partition is absent if it is not known. This default knows none. */
    default Map<TopicPartition, LeaderEpoch> leaderEpochs(Collection<TopicPartition> partitions) {
        return Map.of();
    }

    /** The transactions that are open over a partition, the first to have written there first. This default knows none. */
    default List<OpenTransaction> openTransactions(TopicPartition partition) {
        return List.of();
    }

    /** The transactional ids, as far as they can be found out, with a transaction that is open over one of the partitions. This default knows none. */
    default Set<String> writers(Collection<TopicPartition> partitions) {
        return Set.of();
    }

    /** The {@code group.instance.id}s of a group's members. This default knows none. */
    default Set<String> members(String group) {
        return Set.of();
    }

    /**
     * Aborts what these transactional ids have open, and fences whoever holds them. A transaction whose commit has begun is committed. This
     * default does nothing.
     */
    default void fence(Set<String> transactionalIds) {}

    /** Starts to delete all records below these offsets, and returns without waiting; a failure is logged and does no harm. */
    void purge(Map<TopicPartition, Long> before);

    @Override
    void close();

    /**
     * A topic as it is.
     *
     * @param cleanupPolicy empty if we have no right to see it
     * @param deleteRetentionMs how long a compacted topic keeps tombstones
     * @param keepsAll whether nothing is deleted by age or size, or we have no right to see it
     * @param times which timestamps its records may have
     */
    record Topic(
            String name,
            Uuid id,
            int partitions,
            String cleanupPolicy,
            boolean keepsAll,
            long deleteRetentionMs,
            RecordTime times) {}

    /**
     * What a partition's leader says of itself: everything below {@code end} was written in {@code epoch} or before it.
     *
     * @param epoch a number that grows with every election
     * @param end the high watermark
     */
    record LeaderEpoch(int epoch, long end) {
        /** Of a leader that says nothing. */
        static final LeaderEpoch UNKNOWN = new LeaderEpoch(-1, 0);

        boolean isKnown() {
            return epoch >= 0;
        }
    }

    /**
     * A transaction that has written to a partition and has not ended.
     *
     * @param startOffset of its first record there; nobody reads committed records from here on before it ends
     * @param lastWriteMs when it last wrote there
     * @param transactionalId null if it cannot be found out
     */
    record OpenTransaction(
            long producerId,
            int producerEpoch,
            long startOffset,
            long lastWriteMs,
            @Nullable String transactionalId) {}
}
