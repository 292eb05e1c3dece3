package io.millrace.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.TaskId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.RebalanceProtocol;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TaskAssignorTest {
    private static final ConsumerGroupMetadata METADATA = new MockConsumer<>("none").groupMetadata();
    private static final int SEEDS = 300;
    /** One takes tasks from their owners, one gives them out. */
    private static final int MAX_ROUNDS = 2;

    @Test
    void it_is_cooperative_and_its_name_is_fixed_because_old_and_new_members_must_agree() {
        TaskAssignor assignor = new TaskAssignor();
        assertThat(assignor.supportedProtocols()).containsExactly(RebalanceProtocol.COOPERATIVE);
        assertThat(assignor.name()).isEqualTo("millrace");
    }

    @Test
    void a_task_gets_all_its_partitions_together() {
        Group group = new Group(Map.of("clicks", 2, "views", 3), List.of(List.of("clicks", "views")));
        group.join("a");
        group.join("b");
        group.settle();
        for (Member member : group.members.values()) {
            for (TaskId task : member.tasks(group.placement)) {
                assertThat(member.owned).containsAll(group.placement.partitionsOf(task));
            }
        }
        assertThat(group.owners()).hasSize(3);
    }

    @Test
    void any_group_settles_in_two_rounds_with_every_task_at_one_member_and_balanced() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Group group = Group.random(random);
            for (int step = 0; step < 12; step++) {
                group.change(random);
                String as = "seed " + seed + ", step " + step;
                assertThat(group.settle()).as(as).isLessThanOrEqualTo(MAX_ROUNDS);
                assertThat(group.owners().keySet()).as(as).isEqualTo(group.placement.tasks());
                group.assertBalanced(as);
            }
        }
    }

    @Test
    void nothing_moves_when_nothing_has_changed() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Group group = Group.random(random);
            for (int step = 0; step < 6; step++) {
                group.change(random);
                group.settle();
                Map<TaskId, String> before = group.owners();
                assertThat(group.settle()).as("seed " + seed).isEqualTo(1);
                assertThat(group.owners()).as("seed " + seed).isEqualTo(before);
            }
        }
    }

    @Test
    void only_the_tasks_of_a_member_that_left_move() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Group group = Group.random(random);
            group.join("z");
            group.settle();
            Map<TaskId, String> before = group.owners();
            group.leave("z");
            group.settle();
            Map<TaskId, String> after = group.owners();
            before.forEach((task, owner) -> {
                if (!owner.equals("z")) {
                    assertThat(after).containsEntry(task, owner);
                }
            });
        }
    }

    @Test
    void only_as_many_tasks_move_to_a_member_that_joined_as_it_should_have() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Group group = Group.random(random);
            group.settle();
            Map<TaskId, String> before = group.owners();
            group.join("z");
            group.settle();
            long moved = group.owners().entrySet().stream()
                    .filter(entry -> !entry.getValue().equals(before.get(entry.getKey())))
                    .count();
            assertThat(moved)
                    .as("seed " + seed)
                    .isEqualTo(group.member("z").tasks(group.placement).size());
        }
    }

    @Test
    void a_restarted_group_without_owners_is_dealt_out_the_same_way_whoever_leads() {
        Group first = new Group(Map.of("clicks", 7), List.of(List.of("clicks")));
        Group second = new Group(Map.of("clicks", 7), List.of(List.of("clicks")));
        List.of("a", "b", "c").forEach(first::join);
        List.of("c", "a", "b").forEach(second::join);
        first.settle();
        second.settle();
        assertThat(first.owners()).isEqualTo(second.owners());
    }

    @Test
    void a_task_that_moves_is_withheld_and_all_members_are_told() {
        Group group = new Group(Map.of("clicks", 2), List.of(List.of("clicks")));
        group.join("a");
        group.settle();
        group.join("b");
        Map<String, Assignment> half = group.assign();
        assertThat(partitions(half, "b")).isEmpty();
        assertThat(half.values()).extracting(TaskAssignorTest::isHalf).containsExactly(true, true);
        group.accept(half);
        Map<String, Assignment> whole = group.assign();
        assertThat(partitions(whole, "b")).hasSize(1);
        assertThat(whole.values()).extracting(TaskAssignorTest::isHalf).containsExactly(false, false);
    }

    @Test
    void a_stale_claim_blocks_but_does_not_win() {
        Group group = new Group(Map.of("clicks", 2), List.of(List.of("clicks")));
        TopicPartition zero = new TopicPartition("clicks", 0);
        TopicPartition one = new TopicPartition("clicks", 1);
        group.generation = 9;
        group.members.put("current", new Member(Set.of(one), 9));
        group.members.put("stale", new Member(Set.of(zero, one), 5));
        Map<String, Assignment> round = group.assign();
        assertThat(partitions(round, "stale")).containsExactly(zero);
        assertThat(partitions(round, "current")).doesNotContain(zero);
        group.accept(round);
        group.settle();
        assertThat(group.owners()).containsEntry(new TaskId(0, 0), "stale").containsEntry(new TaskId(0, 1), "current");
    }

    @Test
    void a_claim_of_part_of_a_task_blocks_the_whole_task_for_others() {
        Group group = new Group(Map.of("clicks", 1, "views", 1), List.of(List.of("clicks", "views")));
        group.members.put("b", new Member(Set.of(new TopicPartition("views", 0)), 3));
        group.members.put("a", new Member(Set.of(), -1));
        Map<String, Assignment> round = group.assign();
        assertThat(partitions(round, "a"))
                .as("named first, but b still has a part")
                .isEmpty();
        group.accept(round);
        group.settle();
        assertThat(group.owners()).containsEntry(new TaskId(0, 0), "a");
    }

    @Test
    void any_stale_claims_are_resolved_without_two_owners_of_a_task() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Group group = Group.random(random);
            group.settle();
            for (Member member : group.members.values()) {
                for (TaskId task : group.placement.tasks()) {
                    if (random.nextInt(6) == 0) {
                        member.owned.addAll(group.placement.partitionsOf(task));
                        member.generation = group.generation - 1 - random.nextInt(3);
                    }
                }
            }
            assertThat(group.settle()).as("seed " + seed).isLessThanOrEqualTo(MAX_ROUNDS + 1);
            assertThat(group.owners().keySet()).as("seed " + seed).isEqualTo(group.placement.tasks());
            group.assertBalanced("seed " + seed);
        }
    }

    @Test
    void a_worker_learns_whether_a_rebalance_was_half_and_its_number_goes_into_the_subscription() {
        TestClock clock = new TestClock();
        Rebalances rebalances = new Rebalances(clock);
        TaskAssignor assignor = new TaskAssignor();
        LocalTasks local = new LocalTasks(new InstanceConfig("one", Map.of(), 1, Duration.ofMillis(100), false));
        assignor.configure(Map.of(TaskAssignor.REBALANCES_CONFIG, rebalances, TaskAssignor.LOCAL_TASKS_CONFIG, local));
        ByteBuffer before = assignor.subscriptionUserData(Set.of("clicks"));
        assignor.onAssignment(order(true), METADATA);
        clock.advance(10_000);
        assertThat(rebalances.isStuck(clock.millis())).isTrue();
        assertThat(assignor.subscriptionUserData(Set.of("clicks"))).isNotEqualTo(before);
        assignor.onAssignment(order(false), METADATA);
        clock.advance(10_000);
        assertThat(rebalances.isStuck(clock.millis())).isFalse();
        assignor.onAssignment(new Assignment(List.of()), METADATA);
        clock.advance(10_000);
        assertThat(rebalances.isStuck(clock.millis())).as("of an older leader").isFalse();
    }

    private static List<TopicPartition> partitions(Map<String, Assignment> assignments, String member) {
        return requireNonNull(assignments.get(member)).partitions();
    }

    private static Assignment order(boolean half) {
        return new Assignment(List.of(), new MemberOrder(half, Set.of(), Set.of(), Set.of()).encode());
    }

    private static boolean isHalf(Assignment assignment) {
        return MemberOrder.decode(assignment.userData()).half();
    }

    /** One member as the broker and the client know it. */
    private static final class Member {
        private final Set<TopicPartition> owned;
        private int generation;

        Member(Collection<TopicPartition> owned, int generation) {
            this.owned = new HashSet<>(owned);
            this.generation = generation;
        }

        Set<TaskId> tasks(TaskPlacement placement) {
            Set<TaskId> tasks = new TreeSet<>();
            owned.forEach(partition -> tasks.add(placement.taskOf(partition)));
            return tasks;
        }
    }

    /** A group that plays the cooperative protocol. */
    private static final class Group {
        private final TaskPlacement placement;
        private final Map<String, Member> members = new TreeMap<>();
        private final TaskAssignor assignor = new TaskAssignor();
        private int generation;
        private int named;

        Group(Map<String, Integer> partitions, List<List<String>> stages) {
            placement = new TaskPlacement(Jobs.sources(stages), partitions);
            assignor.configure(Map.of(TaskAssignor.PLACEMENT_CONFIG, placement));
        }

        static Group random(Random random) {
            Map<String, Integer> partitions = new HashMap<>();
            List<List<String>> stages = new ArrayList<>();
            int stageCount = 1 + random.nextInt(4);
            for (int stage = 0; stage < stageCount; stage++) {
                List<String> topics = new ArrayList<>();
                int topicCount = 1 + random.nextInt(2);
                for (int topic = 0; topic < topicCount; topic++) {
                    topics.add("topic-" + stage + "-" + topic);
                    partitions.put(topics.get(topic), 1 + random.nextInt(12));
                }
                stages.add(topics);
            }
            Group group = new Group(partitions, stages);
            int memberCount = 1 + random.nextInt(6);
            for (int i = 0; i < memberCount; i++) {
                group.join();
            }
            return group;
        }

        Member member(String name) {
            return requireNonNull(members.get(name));
        }

        void join() {
            join("m" + named++);
        }

        void join(String member) {
            members.put(member, new Member(Set.of(), -1));
        }

        void leave(String member) {
            members.remove(member);
        }

        /** Some leave, some join, some are restarted without memory of what they had. */
        void change(Random random) {
            for (String member : List.copyOf(members.keySet())) {
                int what = random.nextInt(5);
                if (what == 0 && members.size() > 1) {
                    leave(member);
                } else if (what == 1) {
                    join(member);
                }
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                join();
            }
        }

        Map<String, Assignment> assign() {
            Map<String, Subscription> subscriptions = new HashMap<>();
            members.forEach((name, member) -> subscriptions.put(
                    name,
                    new Subscription(
                            List.copyOf(placement.topics()),
                            null,
                            List.copyOf(member.owned),
                            member.generation,
                            Optional.empty())));
            return assignor.assign(Cluster.empty(), new GroupSubscription(subscriptions))
                    .groupAssignment();
        }

        /** Gives the members what they were assigned, and checks that nobody else still had it. Returns whether any lost a task. */
        boolean accept(Map<String, Assignment> assignments) {
            assertThat(assignments.keySet()).isEqualTo(members.keySet());
            Set<TopicPartition> given = new HashSet<>();
            assignments.forEach((name, assignment) -> {
                for (TopicPartition partition : assignment.partitions()) {
                    assertThat(given.add(partition))
                            .as("two owners of " + partition)
                            .isTrue();
                    members.forEach((other, member) -> {
                        if (!other.equals(name)) {
                            assertThat(member.owned)
                                    .as(partition + " goes to " + name + ", and " + other + " still has it")
                                    .doesNotContain(partition);
                        }
                    });
                }
            });
            generation++;
            boolean revoked = false;
            for (Map.Entry<String, Assignment> entry : assignments.entrySet()) {
                Member member = member(entry.getKey());
                Set<TopicPartition> partitions = new HashSet<>(entry.getValue().partitions());
                revoked |= !partitions.containsAll(member.owned);
                members.put(entry.getKey(), new Member(partitions, generation));
            }
            return revoked;
        }

        /** Rebalances until nobody has anything to give up any more; returns how many rounds that took. */
        int settle() {
            int rounds = 1;
            while (accept(assign())) {
                rounds++;
                assertThat(rounds).as("rounds").isLessThan(20);
            }
            return rounds;
        }

        Map<TaskId, String> owners() {
            Map<TaskId, String> owners = new TreeMap<>();
            members.forEach((name, member) -> member.tasks(placement)
                    .forEach(task -> assertThat(owners.put(task, name)).isNull()));
            return owners;
        }

        void assertBalanced(String as) {
            List<Integer> sizes = members.values().stream()
                    .map(member -> member.tasks(placement).size())
                    .sorted()
                    .toList();
            assertThat(sizes.get(sizes.size() - 1) - sizes.get(0))
                    .as(as + " " + sizes)
                    .isLessThanOrEqualTo(1);
        }
    }
}
