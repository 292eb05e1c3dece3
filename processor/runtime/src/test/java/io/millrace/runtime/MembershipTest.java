package io.millrace.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.TaskId;
import io.millrace.engine.topology.Input;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class MembershipTest {
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private final List<String> heard = new ArrayList<>();
    private final Group group = new Group();
    private final TaskPlacement placement = placement();

    @BeforeEach
    void join() {
        new Membership(group, placement, new Heard()).join();
    }

    @Test
    void what_a_member_has_to_give_up_is_revoked() {
        group.is("member-1", 1, "0_0", "0_1");
        group.is("member-1", 2, "0_0");
        assertThat(heard).containsExactly("assigned [0_0, 0_1]", "revoked [0_1]", "assigned []");
    }

    @Test
    void a_member_that_comes_back_as_another_has_lost_all_it_had_also_if_nobody_says_so() {
        group.is("member-1", 1, "0_0", "0_1");
        group.is("member-2", 5, "0_0");
        assertThat(heard).containsExactly("assigned [0_0, 0_1]", "lost [0_1]", "lost [0_0]", "assigned [0_0]");
    }

    @Test
    void once_it_knows_that_it_is_another_it_is_an_ordinary_member() {
        group.is("member-1", 1, "0_0");
        group.is("member-2", 5, "0_0", "0_1");
        heard.clear();
        group.is("member-2", 6, "0_1");
        assertThat(heard).containsExactly("revoked [0_0]", "assigned []");
    }

    private static TaskPlacement placement() {
        Map<String, Integer> partitions = new TreeMap<>();
        Jobs.twoStages().stages().forEach(stage -> {
            for (Input input : stage.inputs()) {
                input.topics().forEach(topic -> partitions.put(topic, 2));
            }
        });
        return new TaskPlacement(Jobs.twoStages(), partitions);
    }

    private final class Heard implements Membership.Listener {
        @Override
        public void assigned(Set<TaskId> tasks) {
            heard.add("assigned " + tasks);
        }

        @Override
        public void revoked(Set<TaskId> tasks) {
            heard.add("revoked " + tasks);
        }

        @Override
        public void lost(Set<TaskId> tasks) {
            heard.add("lost " + tasks);
        }
    }

    /** Kafka's mock, with callbacks in the order and under the metadata of the cooperative protocol. */
    private final class Group extends MockConsumer<byte[], byte[]> {
        private @Nullable ConsumerRebalanceListener listener;
        private final Set<TopicPartition> owned = new TreeSet<>(ORDER);
        private String memberId = "";
        private int generation;

        Group() {
            super("none");
        }

        @Override
        public synchronized void subscribe(Collection<String> topics, ConsumerRebalanceListener told) {
            listener = told;
        }

        @Override
        public synchronized Set<TopicPartition> assignment() {
            return Set.copyOf(owned);
        }

        @Override
        @SuppressWarnings("removal") // Only Kafka's consumer is to make one, which this stands for.
        public synchronized ConsumerGroupMetadata groupMetadata() {
            return new ConsumerGroupMetadata("job", generation, memberId, Optional.of("worker"));
        }

        /** A rebalance at whose end the worker is this member, and has these tasks. */
        void is(String member, int at, String... tasks) {
            memberId = member;
            generation = at;
            Set<TopicPartition> now = new TreeSet<>(ORDER);
            for (TaskId task : placement.tasks()) {
                if (List.of(tasks).contains(task.toString())) {
                    now.addAll(placement.partitionsOf(task));
                }
            }
            List<TopicPartition> revoked =
                    owned.stream().filter(partition -> !now.contains(partition)).toList();
            List<TopicPartition> added =
                    now.stream().filter(partition -> !owned.contains(partition)).toList();
            ConsumerRebalanceListener told = requireNonNull(listener, "nobody has subscribed");
            if (!revoked.isEmpty()) {
                told.onPartitionsRevoked(revoked);
            }
            owned.clear();
            owned.addAll(now);
            told.onPartitionsAssigned(added);
        }
    }
}
