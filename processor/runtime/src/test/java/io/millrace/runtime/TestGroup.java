package io.millrace.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.TaskId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Instances with their disks and workers in a group that plays the cooperative protocol, and checks in each round what must always hold. */
final class TestGroup {
    private static final int MAX_ROUNDS = 200;

    final TaskPlacement placement;
    final Map<String, Member> members = new TreeMap<>();
    final Map<String, MemberOrder> orders = new HashMap<>();
    private final Map<String, Map<TaskId, Long>> disks = new HashMap<>();
    private final Map<TaskId, Long> ends = new HashMap<>();
    private final TaskAssignor assignor = new TaskAssignor();
    private final Random random;
    private final int standbys;
    private String as = "";
    private int generation;

    TestGroup(TaskPlacement placement, int standbys, Random random) {
        this.placement = placement;
        this.standbys = standbys;
        this.random = random;
        assignor.configure(Map.of(TaskAssignor.PLACEMENT_CONFIG, placement, TaskAssignor.STANDBYS_CONFIG, standbys));
        placement.tasks().forEach(task -> ends.put(task, 1_000_000L));
    }

    /** @param old whether it runs a version that says nothing of itself */
    record Member(String instance, @Nullable String rack, boolean old, Set<TopicPartition> owned, int generation) {
        Member owning(Set<TopicPartition> partitions, int at) {
            return new Member(instance, rack, old, partitions, at);
        }
    }

    /** What failures are told with. */
    void as(String description) {
        as = description;
    }

    void join(String instance, int workers, @Nullable String rack) {
        join(instance, workers, rack, false);
    }

    /** A process starts, on the disk that the instance of this name had before. */
    void join(String instance, int workers, @Nullable String rack, boolean old) {
        for (int worker = 0; worker < workers; worker++) {
            members.put(instance + "-" + worker, new Member(instance, rack, old, Set.of(), -1));
        }
    }

    void leave(String instance) {
        members.values().removeIf(member -> member.instance.equals(instance));
        orders.remove(instance);
    }

    Set<String> instances() {
        Set<String> instances = new TreeSet<>();
        members.values().forEach(member -> instances.add(member.instance));
        return instances;
    }

    /** What a disk has of a task: all but so many records. */
    void holds(String instance, TaskId task, long lag) {
        disk(instance).put(task, end(task) - lag);
    }

    /** All changelogs grow. */
    void write(long records) {
        ends.replaceAll((task, end) -> end + records);
    }

    private Map<TaskId, Long> disk(String instance) {
        return disks.computeIfAbsent(instance, name -> new TreeMap<>());
    }

    private long end(TaskId task) {
        return requireNonNull(ends.get(task));
    }

    private Subscription subscription(Member member) {
        Map<TaskId, Long> held = new HashMap<>();
        disk(member.instance).forEach((task, offset) -> held.put(task, end(task) - offset));
        return new Subscription(
                List.copyOf(placement.topics()),
                member.old ? null : report(member, held).encode(),
                List.copyOf(member.owned),
                member.generation,
                Optional.empty());
    }

    private MemberReport report(Member member, Map<TaskId, Long> held) {
        MemberOrder order = orders.getOrDefault(member.instance, MemberOrder.NOTHING);
        return new MemberReport(generation, member.instance, member.rack, held, order.followed(), order.coming());
    }

    /** The order in which the leader hears of the members must not matter. */
    Map<String, Assignment> assign() {
        Map<String, Assignment> first = assignOnce();
        Map<String, Assignment> second = assignOnce();
        second.forEach((member, assignment) -> {
            Assignment other = requireNonNull(first.get(member));
            assertThat(assignment.partitions()).as(as).isEqualTo(other.partitions());
            assertThat(assignment.userData()).as(as).isEqualTo(other.userData());
        });
        return first;
    }

    private Map<String, Assignment> assignOnce() {
        List<String> names = new ArrayList<>(members.keySet());
        Collections.shuffle(names, random);
        Map<String, Subscription> subscriptions = new LinkedHashMap<>();
        names.forEach(name -> subscriptions.put(name, subscription(requireNonNull(members.get(name)))));
        return assignor.assign(Cluster.empty(), new GroupSubscription(subscriptions))
                .groupAssignment();
    }

    /** One rebalance. Returns whether any member lost a task, which makes it rejoin. */
    boolean rebalance() {
        Map<String, Assignment> assignments = assign();
        assertThat(assignments.keySet()).as(as).isEqualTo(members.keySet());
        Map<TopicPartition, String> given = new HashMap<>();
        assignments.forEach((name, assignment) -> assignment.partitions().forEach(partition -> {
            assertThat(given.put(partition, name))
                    .as("%s: two owners of %s", as, partition)
                    .isNull();
            members.forEach((other, member) -> {
                if (!other.equals(name)) {
                    assertThat(member.owned)
                            .as("%s: %s goes to %s while %s has it", as, partition, name, other)
                            .doesNotContain(partition);
                }
            });
        }));
        generation++;
        boolean revoked = false;
        for (String name : List.copyOf(members.keySet())) {
            Assignment assignment = requireNonNull(assignments.get(name));
            Member before = requireNonNull(members.get(name));
            Set<TopicPartition> partitions = new HashSet<>(assignment.partitions());
            revoked |= !partitions.containsAll(before.owned);
            members.put(name, before.owning(partitions, generation));
            orders.put(before.instance, MemberOrder.decode(assignment.userData()));
        }
        owners().forEach((task, owner) -> {
            if (placement.hasState(task)) {
                disk(instanceOf(owner)).put(task, end(task));
            }
        });
        checkFollowers();
        return revoked;
    }

    /** Nobody follows what it runs, and nobody warms up for too much at once. */
    private void checkFollowers() {
        owners().forEach((task, owner) -> {
            String instance = instanceOf(owner);
            if (!requireNonNull(members.get(owner)).old) {
                assertThat(requireNonNull(orders.get(instance)).followed())
                        .as("%s: %s runs %s", as, instance, task)
                        .doesNotContain(task);
            }
        });
        orders.forEach((instance, order) -> {
            assertThat(order.warmUps()).as(as).hasSizeLessThanOrEqualTo(GroupPlan.MAX_WARM_UPS);
            assertThat(order.followed()).as(as).allMatch(placement::hasState);
        });
    }

    /** Rebalances until no member has anything to give up, and no instance to warm up for. Returns how many it took. */
    int settle() {
        int rounds = 0;
        boolean again = true;
        while (again) {
            rounds++;
            assertThat(rounds).as("%s: rounds", as).isLessThan(MAX_ROUNDS);
            again = rebalance();
            catchUp();
            again |= orders.values().stream().anyMatch(order -> !order.warmUps().isEmpty());
        }
        return rounds;
    }

    /** All followers read what there is. */
    void catchUp() {
        orders.forEach((instance, order) -> {
            boolean follows =
                    members.values().stream().anyMatch(member -> member.instance.equals(instance) && !member.old);
            if (follows) {
                order.followed().forEach(task -> disk(instance).put(task, end(task)));
            }
        });
    }

    String instanceOf(String member) {
        return requireNonNull(members.get(member)).instance;
    }

    @Nullable
    String rackOf(String instance) {
        return members.values().stream()
                .filter(member -> member.instance.equals(instance) && !member.old)
                .findFirst()
                .map(Member::rack)
                .orElse(null);
    }

    boolean isOld(String instance) {
        return members.values().stream().anyMatch(member -> member.instance.equals(instance) && member.old);
    }

    /** Who runs what. */
    Map<TaskId, String> owners() {
        Map<TaskId, String> owners = new TreeMap<>();
        members.forEach((name, member) -> {
            for (TaskId task : placement.tasks()) {
                if (member.owned.containsAll(placement.partitionsOf(task))) {
                    owners.put(task, name);
                }
            }
        });
        return owners;
    }

    /** Which instance runs what. */
    Map<TaskId, String> homes() {
        Map<TaskId, String> homes = owners();
        homes.replaceAll((task, owner) -> instanceOf(owner));
        return homes;
    }

    Set<String> followersOf(TaskId task) {
        Set<String> followers = new TreeSet<>();
        orders.forEach((instance, order) -> {
            if (order.followed().contains(task) && !isOld(instance)) {
                followers.add(instance);
            }
        });
        return followers;
    }

    int standbys() {
        return standbys;
    }
}
