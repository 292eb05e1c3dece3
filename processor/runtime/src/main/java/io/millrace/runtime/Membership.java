package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/**
 * A worker's place in the consumer group, in terms of tasks. The classic protocol stays behind this class.
 *
 * <p>Callbacks come from within polling the consumer, on the worker's thread.
 */
final class Membership {
    private final Consumer<byte[], byte[]> consumer;
    private final TaskPlacement placement;
    private final Listener listener;
    /** As whom the worker was given its tasks; the broker gives none of these twice. */
    private String memberId = "";

    Membership(Consumer<byte[], byte[]> consumer, TaskPlacement placement, Listener listener) {
        this.consumer = consumer;
        this.placement = placement;
        this.listener = listener;
    }

    /** Joins the group with the next poll. */
    void join() {
        consumer.subscribe(placement.topics(), new Rebalances());
    }

    /**
     * Who the worker is in the group now. To be asked at each commit: a rebalance installs the new generation before it revokes, and a
     * copy from before would be fenced.
     */
    ConsumerGroupMetadata metadata() {
        return consumer.groupMetadata();
    }

    /**
     * Leaves the consumer closed. The place in the group is kept until the session times out, so that a restarted process goes on where
     * it was, without a rebalance; a job that has ended leaves at once.
     */
    void close(boolean leave, Duration timeout) {
        consumer.close(CloseOptions.timeout(timeout)
                .withGroupMembershipOperation(
                        leave
                                ? CloseOptions.GroupMembershipOperation.LEAVE_GROUP
                                : CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
    }

    /** What a rebalance does to a worker. */
    interface Listener {
        /** These tasks, perhaps none, are the worker's from here on; all their partitions are. */
        void assigned(Set<TaskId> tasks);

        /** These tasks go to somebody else once this returns: commit and close them. The membership is still good for a commit. */
        void revoked(Set<TaskId> tasks);

        /** These tasks may already be somebody else's: close them, commit nothing. */
        void lost(Set<TaskId> tasks);
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            Set<TopicPartition> given = new HashSet<>(partitions);
            if (isSomebodyElse()) {
                Set<TopicPartition> kept = new HashSet<>(consumer.assignment());
                kept.removeAll(partitions);
                onPartitionsLost(kept);
                given.addAll(kept);
            }
            memberId = consumer.groupMetadata().memberId();
            Set<TaskId> whole = tasks(given);
            whole.removeIf(task -> !consumer.assignment().containsAll(placement.partitionsOf(task)));
            listener.assigned(whole);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            if (isSomebodyElse()) {
                onPartitionsLost(partitions);
            } else if (!partitions.isEmpty()) {
                listener.revoked(tasks(partitions));
            }
        }

        /**
         * Whether the worker has left the group and come back under another id, without having been told that it lost its tasks. That is what
         * the client does if it hears that its place is gone when it has begun to join: what it still has then may have been another's
         * meanwhile, and a commit would count, because the new place is good.
         */
        private boolean isSomebodyElse() {
            return !memberId.isEmpty()
                    && !memberId.equals(consumer.groupMetadata().memberId());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            if (!partitions.isEmpty()) {
                listener.lost(tasks(partitions));
            }
        }

        private Set<TaskId> tasks(Collection<TopicPartition> partitions) {
            Set<TaskId> tasks = new TreeSet<>();
            for (TopicPartition partition : partitions) {
                TaskId task = placement.taskOf(partition);
                if (task == null) {
                    throw new JobFailedException(
                            "the group gave this instance " + partition + ", which was not there when it started: "
                                    + partition.topic() + " has gained partitions. Restart all instances",
                            null);
                }
                tasks.add(task);
            }
            return tasks;
        }
    }
}
