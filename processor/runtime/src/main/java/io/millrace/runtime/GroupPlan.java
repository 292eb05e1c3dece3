package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who is to have which task, as soon as it has no other owner, and who follows which.
 *
 * <p>Tasks are dealt out to instances first, because a move to another disk is what costs, and then within each instance to its
 * workers. A task with state whose balanced place is an instance that is far behind stays where it is for now; that instance warms up: it follows
 * the changelog, and asks for another rebalance when it is near the end. A task that nobody has goes at once to the disk that is nearest.
 *
 * @param tasks per member
 * @param standbys per instance, tasks that it follows to take them over when their owner dies
 * @param warmUps per instance, tasks that it follows to get them soon
 */
record GroupPlan(Map<String, Set<TaskId>> tasks, Map<String, Set<TaskId>> standbys, Map<String, Set<TaskId>> warmUps) {
    /** So few changelog records are read in less time than a rebalance takes. */
    static final long SMALL_LAG = 10_000;

    /** How many tasks an instance warms up for at once; others follow when these have moved. */
    static final int MAX_WARM_UPS = 4;

    /** @param standbyCount how many instances beside its owner's are to follow each task with state */
    static GroupPlan of(TaskPlacement placement, GroupView group, int standbyCount) {
        Map<String, Integer> shares = new TreeMap<>();
        group.members().forEach((instance, members) -> shares.put(instance, members.size()));
        Map<TaskId, String> present = present(placement, group, shares);
        Map<TaskId, String> instances = new TreeMap<>();
        Deal.of(placement.tasks(), placement::hasState, shares, present, group::lag)
                .forEach((instance, tasks) -> tasks.forEach(task -> instances.put(task, instance)));
        Map<String, Set<TaskId>> warmUps = keepThoseFarBehind(placement, group, present, instances);
        Map<String, Set<TaskId>> tasks = new TreeMap<>();
        group.members()
                .forEach((instance, members) ->
                        tasks.putAll(amongWorkers(placement, group, members, at(instance, instances))));
        Map<TaskId, String> active = new TreeMap<>(instances);
        active.keySet().removeIf(task -> !placement.hasState(task));
        return new GroupPlan(tasks, StandbyPlacement.of(group, active, warmUps, standbyCount), warmUps);
    }

    private static Set<TaskId> at(String instance, Map<TaskId, String> instances) {
        Set<TaskId> tasks = new TreeSet<>();
        instances.forEach((task, at) -> {
            if (at.equals(instance)) {
                tasks.add(task);
            }
        });
        return tasks;
    }

    private static Map<String, Set<TaskId>> amongWorkers(
            TaskPlacement placement, GroupView group, Collection<String> members, Set<TaskId> tasks) {
        Map<String, Integer> equal = new TreeMap<>();
        members.forEach(member -> equal.put(member, 1));
        return Deal.of(tasks, placement::hasState, equal, group.owners(), (task, member) -> GroupView.ABSENT);
    }

    /**
     * Where each task is, or would go at once if nothing else mattered: with its owner; without one, with the instance that it was taken
     * from its owner for; else where its state is nearest, and of those that are near enough, where there is room.
     */
    private static Map<TaskId, String> present(TaskPlacement placement, GroupView group, Map<String, Integer> shares) {
        Map<TaskId, String> present = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        present.putAll(group.promised());
        present.keySet().retainAll(placement.tasks());
        group.owners().forEach((task, member) -> present.put(task, group.instanceOf(member)));
        present.forEach((task, instance) -> {
            if (placement.hasState(task)) {
                counts.merge(instance, 1, Integer::sum);
            }
        });
        List<TaskId> homeless = placement.tasks().stream()
                .filter(task -> placement.hasState(task) && !present.containsKey(task))
                .toList();
        int withState =
                (int) placement.tasks().stream().filter(placement::hasState).count();
        Map<String, Integer> room = new HashMap<>();
        Quota quota = new Quota(shares, withState, null);
        shares.keySet()
                .forEach(instance -> room.put(instance, quota.floor(instance) - counts.getOrDefault(instance, 0)));
        record Way(long lag, TaskId task, String instance) {}
        homeless.stream()
                .flatMap(task ->
                        shares.keySet().stream().map(instance -> new Way(group.lag(task, instance), task, instance)))
                .filter(way -> way.lag <= SMALL_LAG)
                .sorted(Comparator.comparingLong(Way::lag)
                        .thenComparing(Way::task)
                        .thenComparing(Way::instance))
                .forEach(way -> {
                    if (!present.containsKey(way.task) && room.getOrDefault(way.instance, 0) > 0) {
                        present.put(way.task, way.instance);
                        room.merge(way.instance, -1, Integer::sum);
                    }
                });
        for (TaskId task : homeless) {
            if (!present.containsKey(task)) {
                shares.keySet().stream()
                        .filter(instance -> group.lag(task, instance) != GroupView.ABSENT)
                        .min(Comparator.<String>comparingLong(instance -> group.lag(task, instance))
                                .thenComparingInt(instance -> -room.getOrDefault(instance, 0))
                                .thenComparing(Comparator.naturalOrder()))
                        .ifPresent(instance -> {
                            present.put(task, instance);
                            room.merge(instance, -1, Integer::sum);
                        });
            }
        }
        return present;
    }

    /** Takes back the moves that would wait for a long restoration, and returns who warms up for which of them instead. */
    private static Map<String, Set<TaskId>> keepThoseFarBehind(
            TaskPlacement placement, GroupView group, Map<TaskId, String> present, Map<TaskId, String> instances) {
        record Move(long lag, TaskId task, String from, String to) {}
        List<Move> far = instances.entrySet().stream()
                .filter(entry -> placement.hasState(entry.getKey()) && present.containsKey(entry.getKey()))
                .map(entry -> new Move(
                        group.lag(entry.getKey(), entry.getValue()),
                        entry.getKey(),
                        present.getOrDefault(entry.getKey(), ""),
                        entry.getValue()))
                .filter(move -> !move.from.equals(move.to) && move.lag > SMALL_LAG && group.follows(move.to))
                .sorted(Comparator.comparingLong(Move::lag).thenComparing(Move::task))
                .toList();
        Map<String, Set<TaskId>> warmUps = new TreeMap<>();
        for (Move move : far) {
            instances.put(move.task, move.from);
            Set<TaskId> tasks = warmUps.computeIfAbsent(move.to, name -> new TreeSet<>());
            if (tasks.size() < MAX_WARM_UPS) {
                tasks.add(move.task);
            }
        }
        return warmUps;
    }
}
