package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Where the standbys of tasks go: never to the instance of the active one, nor twice to one; first to racks that have neither; evenly; and
 * if that leaves a choice, where the least of the changelog is missing, so that a standby stays where it is.
 */
final class StandbyPlacement {
    private final GroupView group;
    private final List<String> instances;
    private final Map<String, Set<TaskId>> standbys = new TreeMap<>();
    private final Map<TaskId, Integer> chosen = new TreeMap<>();
    private final int mostEach;

    private StandbyPlacement(GroupView group, int total) {
        this.group = group;
        this.instances =
                group.members().keySet().stream().filter(group::follows).toList();
        this.mostEach = instances.isEmpty() ? 0 : (total + instances.size() - 1) / instances.size();
    }

    /**
     * @param active the tasks with state, and the instance that each runs on
     * @param warmUps what instances follow anyway
     * @param count standbys per task; fewer if there are not as many other instances
     */
    static Map<String, Set<TaskId>> of(
            GroupView group, Map<TaskId, String> active, Map<String, Set<TaskId>> warmUps, int count) {
        StandbyPlacement placement = new StandbyPlacement(group, count * active.size());
        Map<TaskId, Set<String>> taken = new TreeMap<>();
        active.forEach((task, instance) -> {
            Set<String> instances = new TreeSet<>(Set.of(instance));
            warmUps.forEach((target, tasks) -> {
                if (tasks.contains(task)) {
                    instances.add(target);
                }
            });
            taken.put(task, instances);
        });
        taken.forEach((task, instances) -> placement.keep(task, instances, count));
        for (int round = 0; round < count; round++) {
            int wanted = round + 1;
            taken.forEach((task, instances) -> {
                if (placement.chosen(task) < wanted) {
                    placement.place(task, instances);
                }
            });
        }
        return placement.standbys;
    }

    /** Lets those follow on that follow and are near, as long as there is room and no other rack would be better. */
    private void keep(TaskId task, Set<String> taken, int count) {
        for (String instance : instances) {
            boolean near = group.isFollowing(task, instance) && group.lag(task, instance) <= GroupPlan.SMALL_LAG;
            if (near
                    && chosen(task) < count
                    && !taken.contains(instance)
                    && sizeAt(instance) < mostEach
                    && !isIn(racks(taken), instance)) {
                choose(task, instance, taken);
            }
        }
    }

    private int chosen(TaskId task) {
        return chosen.getOrDefault(task, 0);
    }

    private void choose(TaskId task, String instance, Set<String> taken) {
        taken.add(instance);
        chosen.merge(task, 1, Integer::sum);
        standbys.computeIfAbsent(instance, name -> new TreeSet<>()).add(task);
    }

    private Set<String> racks(Set<String> taken) {
        Set<String> racks = new HashSet<>();
        for (String instance : taken) {
            String rack = group.rack(instance);
            if (rack != null) {
                racks.add(rack);
            }
        }
        return racks;
    }

    private void place(TaskId task, Set<String> taken) {
        Set<String> racks = racks(taken);
        instances.stream()
                .filter(instance -> !taken.contains(instance))
                .min(Comparator.<String, Boolean>comparing(instance -> isIn(racks, instance))
                        .thenComparing(instance -> sizeAt(instance) >= mostEach)
                        .thenComparingLong(instance -> distance(task, instance))
                        .thenComparingInt(this::sizeAt)
                        .thenComparing(Comparator.naturalOrder()))
                .ifPresent(instance -> choose(task, instance, taken));
    }

    /** Who is near enough is as good as another, but one that follows stays. */
    private long distance(TaskId task, String instance) {
        long lag = group.lag(task, instance);
        if (lag > GroupPlan.SMALL_LAG) {
            return lag;
        }
        return group.isFollowing(task, instance) ? 0 : 1;
    }

    private boolean isIn(Set<String> racks, String instance) {
        String rack = group.rack(instance);
        return rack != null && racks.contains(rack);
    }

    private int sizeAt(String instance) {
        return standbys.getOrDefault(instance, Set.of()).size();
    }
}
