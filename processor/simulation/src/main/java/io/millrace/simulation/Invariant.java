package io.millrace.simulation;

import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Something that must be so at all times, whatever breaks. Each method is called before what it names; it throws a {@link Violation}. */
interface Invariant {
    /** A process sends the offsets of a transaction. */
    default void sendingOffsets(Incarnation process, String transactionalId) {}

    /** The group takes the offsets of a member's transaction. */
    default void accepting(String memberId, Set<TopicPartition> partitions) {}

    /** An offset becomes the committed one. */
    default void committing(TopicPartition partition, @Nullable OffsetAndMetadata before, OffsetAndMetadata after) {}

    /** A task's local state becomes this. */
    default void applying(String task, Disk.Image image) {}

    /** A task's local state is removed. */
    default void destroying(String task, Disk disk) {}

    /** A restorer begins to read a changelog here. */
    default void seeking(Disk disk, TopicPartition changelog, long offset) {}

    /** The faults are over, the job has processed all there is, and all processes have ended. */
    default void atEnd() {}
}
