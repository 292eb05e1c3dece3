package io.millrace.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What holds of any group after any history. {@link TestGroup} checks more in every round. */
class PlacementPropertyTest {
    private static final int SEEDS = 120;
    private static final int STEPS = 10;

    @Test
    void any_history_converges_to_balance_over_workers_and_instances_with_every_standby_in_place() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            TestGroup group = random(random);
            Map<String, String> racks = new HashMap<>();
            for (int step = 0; step < STEPS; step++) {
                change(group, random, racks);
                String as = "seed " + seed + ", step " + step;
                group.as(as);
                long withState = group.placement.tasks().stream()
                        .filter(group.placement::hasState)
                        .count();
                assertThat(group.settle())
                        .as("%s: rounds", as)
                        .isLessThanOrEqualTo(4 + 3 * (int) (1 + withState / GroupPlan.MAX_WARM_UPS));
                assertThat(group.owners().keySet()).as(as).isEqualTo(group.placement.tasks());
                assertBalanced(group, task -> true, as);
                assertBalanced(group, group.placement::hasState, as);
                assertStandbys(group, as);
                assertNothingMovesAnyMore(group, as);
            }
        }
    }

    @Test
    void as_few_tasks_with_state_change_their_disk_as_balance_allows_when_an_instance_joins() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            TestGroup group = random(random);
            int workers = 1 + random.nextInt(3);
            int instances = 1 + random.nextInt(4);
            for (int i = 0; i < instances; i++) {
                group.join("i" + i, workers, null);
            }
            group.as("seed " + seed);
            group.settle();
            Map<TaskId, String> before = group.homes();
            group.join("new", workers, null);
            group.settle();
            Map<TaskId, String> after = group.homes();
            Map<String, Integer> counts = new TreeMap<>();
            int moved = 0;
            int total = 0;
            for (TaskId task : group.placement.tasks()) {
                if (group.placement.hasState(task)) {
                    total++;
                    counts.merge(requireNonNull(before.get(task)), 1, Integer::sum);
                    moved += Objects.equals(before.get(task), after.get(task)) ? 0 : 1;
                }
            }
            assertThat(moved).as("seed %d", seed).isEqualTo(leastMoves(counts.values(), total, instances + 1));
        }
    }

    /** How many tasks are beyond what their places may keep, if as many places as there are tasks left over keep one more. */
    private static int leastMoves(Collection<Integer> counts, int total, int places) {
        int floor = total / places;
        int beyond =
                counts.stream().mapToInt(count -> Math.max(0, count - floor)).sum();
        int over = (int) counts.stream().filter(count -> count > floor).count();
        return beyond - Math.min(total % places, over);
    }

    @Test
    void tasks_of_an_instance_that_stays_do_not_move_when_another_dies_without_followers() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            TestGroup group = new TestGroup(placement(random), 0, random);
            for (int i = 0; i < 2 + random.nextInt(4); i++) {
                group.join("i" + i, 2, null);
            }
            group.as("seed " + seed);
            group.settle();
            Map<TaskId, String> before = group.homes();
            group.leave("i0");
            group.settle();
            long at = seed;
            Map<TaskId, String> after = group.homes();
            before.forEach((task, instance) -> {
                if (!instance.equals("i0") && group.placement.hasState(task)) {
                    assertThat(after).as("seed %d, %s", at, task).containsEntry(task, instance);
                }
            });
        }
    }

    @Test
    void whoever_dies_of_a_group_with_standbys_its_tasks_go_at_once_to_followers() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            TestGroup group = new TestGroup(placement(random), 1 + random.nextInt(2), random);
            int instances = 2 + random.nextInt(4);
            for (int i = 0; i < instances; i++) {
                group.join("i" + i, 1 + random.nextInt(3), null);
            }
            group.as("seed " + seed);
            group.settle();
            Map<TaskId, Set<String>> followers = new HashMap<>();
            group.homes().forEach((task, home) -> followers.put(task, group.followersOf(task)));
            Map<TaskId, String> before = group.homes();
            group.leave("i0");
            group.rebalance();
            Map<TaskId, String> after = group.homes();
            for (Map.Entry<TaskId, String> entry : before.entrySet()) {
                TaskId task = entry.getKey();
                if (entry.getValue().equals("i0") && group.placement.hasState(task)) {
                    assertThat(requireNonNull(followers.get(task)))
                            .as("seed %d, %s", seed, task)
                            .contains(requireNonNull(after.get(task)));
                }
            }
        }
    }

    @Test
    void stale_claims_block_but_do_not_win_whatever_disks_hold() {
        for (long seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            TestGroup group = random(random);
            change(group, random, new HashMap<>());
            group.as("seed " + seed);
            group.settle();
            Map<TaskId, String> before = group.owners();
            group.members.replaceAll((name, member) -> {
                Set<TopicPartition> claimed = new HashSet<>();
                for (TaskId task : group.placement.tasks()) {
                    if (random.nextInt(4) == 0 && !name.equals(before.get(task))) {
                        claimed.addAll(group.placement.partitionsOf(task));
                    }
                }
                // A member is of one generation: either it is current, or all that it claims is stale.
                return claimed.isEmpty() || random.nextBoolean() ? member : member.owning(claimed, 0);
            });
            Map<TaskId, String> current = new TreeMap<>(before);
            current.values()
                    .removeIf(owner -> requireNonNull(group.members.get(owner)).generation() == 0);
            Map<TaskId, Set<String>> claims = claims(group);
            group.rebalance();
            for (Map.Entry<TaskId, String> entry : group.owners().entrySet()) {
                TaskId task = entry.getKey();
                Set<String> claimants = claims.getOrDefault(task, Set.of());
                assertThat(claimants).as("seed %d, %s", seed, task).isSubsetOf(entry.getValue());
                if (claimants.size() > 1 && current.containsKey(task)) {
                    assertThat(entry.getValue()).as("seed %d, %s", seed, task).isEqualTo(current.get(task));
                }
            }
            group.settle();
            assertThat(group.owners().keySet()).as("seed %d", seed).isEqualTo(group.placement.tasks());
            assertBalanced(group, task -> true, "seed " + seed);
        }
    }

    private static Map<TaskId, Set<String>> claims(TestGroup group) {
        Map<TaskId, Set<String>> claims = new HashMap<>();
        group.members.forEach((name, member) -> member.owned()
                .forEach(partition -> claims.computeIfAbsent(
                                requireNonNull(group.placement.taskOf(partition)), task -> new TreeSet<>())
                        .add(name)));
        return claims;
    }

    private static TestGroup random(Random random) {
        return new TestGroup(placement(random), random.nextInt(3), random);
    }

    private static TaskPlacement placement(Random random) {
        int stages = 1 + random.nextInt(3);
        Set<Integer> withState = new HashSet<>();
        Map<String, Integer> partitions = new HashMap<>();
        for (int stage = 0; stage < stages; stage++) {
            partitions.put("topic-" + stage, 1 + random.nextInt(12));
            if (random.nextInt(3) > 0) {
                withState.add(stage);
            }
        }
        return new TaskPlacement(Jobs.stages(stages, withState), partitions);
    }

    /** Some die, some are restarted on their disks, some come back, new ones join, and some of these run an older version. */
    private static void change(TestGroup group, Random random, Map<String, String> racks) {
        group.write(random.nextInt(30_000));
        for (int i = 0; i < 6; i++) {
            String instance = "i" + i;
            boolean there = group.instances().contains(instance);
            int what = random.nextInt(6);
            if (there && what == 0 && group.instances().size() > 1) {
                group.leave(instance);
            } else if ((there && what == 1) || (!there && what <= 2)) {
                group.leave(instance);
                boolean old = random.nextInt(8) == 0;
                String rack = racks.computeIfAbsent(instance, name -> "rack-" + random.nextInt(3));
                group.join(instance, old ? 1 : 1 + random.nextInt(4), rack, old);
            }
        }
        if (group.members.isEmpty()) {
            group.join("i0", 2, "rack-0");
        }
    }

    private static void assertBalanced(TestGroup group, Predicate<TaskId> kind, String as) {
        Map<String, Integer> perMember = new TreeMap<>();
        Map<String, Integer> perInstance = new TreeMap<>();
        Map<String, Integer> workers = new TreeMap<>();
        group.members.forEach((name, member) -> {
            perMember.put(name, 0);
            perInstance.put(member.instance(), 0);
            workers.merge(member.instance(), 1, Integer::sum);
        });
        int total = 0;
        for (Map.Entry<TaskId, String> entry : group.owners().entrySet()) {
            if (kind.test(entry.getKey())) {
                total++;
                perMember.merge(entry.getValue(), 1, Integer::sum);
                perInstance.merge(group.instanceOf(entry.getValue()), 1, Integer::sum);
            }
        }
        assertThat(spread(perMember.values())).as("%s %s", as, perMember).isLessThanOrEqualTo(1);
        for (Map.Entry<String, Integer> entry : perInstance.entrySet()) {
            double share = (double) total * workers.getOrDefault(entry.getKey(), 0) / perMember.size();
            assertThat(Math.abs(entry.getValue() - share))
                    .as("%s %s of %s", as, entry, share)
                    .isLessThan(1);
        }
    }

    private static int spread(Collection<Integer> counts) {
        List<Integer> sorted = new ArrayList<>(counts);
        sorted.sort(null);
        return sorted.get(sorted.size() - 1) - sorted.get(0);
    }

    private static void assertStandbys(TestGroup group, String as) {
        Set<String> following = new TreeSet<>(group.instances());
        following.removeIf(group::isOld);
        group.homes().forEach((task, home) -> {
            if (group.placement.hasState(task)) {
                Set<String> others = new TreeSet<>(following);
                others.remove(home);
                Set<String> followers = group.followersOf(task);
                assertThat(followers)
                        .as("%s: followers of %s", as, task)
                        .hasSize(Math.min(group.standbys(), others.size()))
                        .isSubsetOf(others);
                Set<String> possible = racks(group, others);
                possible.addAll(racks(group, Set.of(home)));
                Set<String> used = racks(group, followers);
                used.addAll(racks(group, Set.of(home)));
                int copies = followers.size() + (racks(group, Set.of(home)).isEmpty() ? 0 : 1);
                assertThat(used.size()).as("%s: racks of %s", as, task).isEqualTo(Math.min(copies, possible.size()));
            }
        });
    }

    private static Set<String> racks(TestGroup group, Set<String> instances) {
        Set<String> racks = new TreeSet<>();
        for (String instance : instances) {
            String rack = group.rackOf(instance);
            if (rack != null) {
                racks.add(rack);
            }
        }
        return racks;
    }

    private static void assertNothingMovesAnyMore(TestGroup group, String as) {
        Map<TaskId, String> before = group.owners();
        // Standbys may be evened out once more now that all are near.
        for (int i = 0; i < 3; i++) {
            assertThat(group.settle()).as(as).isEqualTo(1);
        }
        Map<String, MemberOrder> orders = new HashMap<>(group.orders);
        assertThat(group.settle()).as(as).isEqualTo(1);
        assertThat(group.owners()).as(as).isEqualTo(before);
        assertThat(group.orders).as(as).isEqualTo(orders);
    }
}
