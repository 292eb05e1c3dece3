package io.millrace.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** All of them, asked one after the other. */
final class Invariants implements Invariant {
    private final List<Invariant> all = new ArrayList<>();

    void add(Invariant invariant) {
        all.add(invariant);
    }

    @Override
    public void sendingOffsets(Incarnation process, String transactionalId) {
        all.forEach(one -> one.sendingOffsets(process, transactionalId));
    }

    @Override
    public void accepting(String memberId, Set<TopicPartition> partitions) {
        all.forEach(one -> one.accepting(memberId, partitions));
    }

    @Override
    public void committing(TopicPartition partition, @Nullable OffsetAndMetadata before, OffsetAndMetadata after) {
        all.forEach(one -> one.committing(partition, before, after));
    }

    @Override
    public void applying(String task, Disk.Image image) {
        all.forEach(one -> one.applying(task, image));
    }

    @Override
    public void destroying(String task, Disk disk) {
        all.forEach(one -> one.destroying(task, disk));
    }

    @Override
    public void seeking(Disk disk, TopicPartition changelog, long offset) {
        all.forEach(one -> one.seeking(disk, changelog, offset));
    }

    @Override
    public void atEnd() {
        all.forEach(Invariant::atEnd);
    }
}
