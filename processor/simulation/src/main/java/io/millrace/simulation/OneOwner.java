package io.millrace.simulation;

import java.util.Collection;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Nobody commits for a partition while another member owns it by the group's present generation, nor while it is being told that its
 * partitions are lost.
 */
final class OneOwner implements Invariant {
    private final Supplier<Collection<Incarnation>> alive;

    OneOwner(Supplier<Collection<Incarnation>> alive) {
        this.alive = alive;
    }

    @Override
    public void sendingOffsets(Incarnation process, String transactionalId) {
        for (SimulatedConsumer consumer : process.consumers()) {
            if (consumer.isMember()
                    && consumer.member().isLosing()
                    && transactionalId.equals(consumer.member().instance())) {
                throw new Violation(transactionalId + " commits although its partitions are lost");
            }
        }
    }

    @Override
    public void accepting(String memberId, Set<TopicPartition> partitions) {
        for (Incarnation process : alive.get()) {
            for (SimulatedConsumer consumer : process.consumers()) {
                if (consumer.isMember() && !consumer.member().memberId().equals(memberId)) {
                    for (TopicPartition owned : consumer.member().rightfullyOwned()) {
                        if (partitions.contains(owned)) {
                            throw new Violation(memberId + " commits for " + owned + ", which is owned by "
                                    + consumer.member().memberId());
                        }
                    }
                }
            }
        }
    }
}
