package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Deals tasks out to places, which are instances, or the workers of one instance. Every place gets its share of the tasks with state,
 * within one, and its share of all tasks, within one: a task with state outweighs any number without, since it takes disk, memory and
 * a restoration to move. As many tasks as that allows stay where they are, first of those with state. One that must move goes where the
 * least of its changelog is missing; apart from that each stage is spread as evenly as the shares allow.
 *
 * <p>Deterministic: the same tasks, places and lags give the same result.
 */
final class Deal {
    private final Map<String, Integer> shares;
    private final Lag lag;
    private final long shareSum;
    private final Map<Integer, Integer> stageSizes = new HashMap<>();
    private final Map<String, Set<TaskId>> places = new TreeMap<>();
    private final Map<String, Map<Integer, Integer>> perStage = new HashMap<>();

    /** How much of a task's changelog is missing at a place. */
    interface Lag {
        long of(TaskId task, String place);
    }

    private Deal(Collection<TaskId> tasks, Map<String, Integer> shares, Lag lag) {
        this.shares = shares;
        this.lag = lag;
        this.shareSum = shares.values().stream().mapToLong(Integer::longValue).sum();
        tasks.forEach(task -> stageSizes.merge(task.stage(), 1, Integer::sum));
        shares.keySet().forEach(place -> {
            places.put(place, new TreeSet<>());
            perStage.put(place, new HashMap<>());
        });
    }

    /**
     * @param shares the places, each with its weight
     * @param present where tasks are now; those at no place, or at one that is not there, are without one
     */
    static Map<String, Set<TaskId>> of(
            Collection<TaskId> tasks,
            Predicate<TaskId> hasState,
            Map<String, Integer> shares,
            Map<TaskId, String> present,
            Lag lag) {
        Deal deal = new Deal(tasks, shares, lag);
        if (shares.isEmpty()) {
            return deal.places;
        }
        List<TaskId> withState = tasks.stream().filter(hasState).sorted().toList();
        List<TaskId> without = tasks.stream().filter(hasState.negate()).sorted().toList();
        Quota all = new Quota(shares, tasks.size(), null);
        deal.round(withState, present, new Quota(shares, withState.size(), all));
        deal.round(without, present, all);
        return deal.places;
    }

    private void round(List<TaskId> tasks, Map<TaskId, String> present, Quota quota) {
        Map<String, List<TaskId>> kept = new TreeMap<>();
        shares.keySet().forEach(place -> kept.put(place, new ArrayList<>()));
        Set<TaskId> homeless = new TreeSet<>();
        for (TaskId task : tasks) {
            List<TaskId> there = kept.get(present.getOrDefault(task, ""));
            if (there == null) {
                homeless.add(task);
            } else {
                there.add(task);
            }
        }
        Set<String> needy = new TreeSet<>(shares.keySet());
        needy.removeIf(place -> count(place) + sizeAt(kept, place) > quota.floor(place));
        // Whoever has most keeps most, so that as few as possible move.
        shares.keySet().stream()
                .sorted(Comparator.<String, Boolean>comparing(quota::isTight)
                        .thenComparing(place -> quota.floor(place) - count(place) - sizeAt(kept, place))
                        .thenComparing(Comparator.naturalOrder()))
                .forEach(place -> homeless.addAll(keep(place, kept.getOrDefault(place, List.of()), needy, quota)));
        settleNearby(homeless, quota);
        for (TaskId task : homeless) {
            give(task, neediest(task, quota), quota);
        }
    }

    private static int sizeAt(Map<String, List<TaskId>> kept, String place) {
        return kept.getOrDefault(place, List.of()).size();
    }

    /** Lets a place keep of its tasks what it may; returns the others: those that are at home elsewhere, or of a stage of which it has many. */
    private List<TaskId> keep(String place, List<TaskId> tasks, Set<String> needy, Quota quota) {
        List<TaskId> left = new ArrayList<>(tasks);
        left.forEach(task -> ofStage(place).merge(task.stage(), 1, Integer::sum));
        int before = count(place);
        int mayKeep = 0;
        while (mayKeep < left.size() && quota.mayTake(place, before + mayKeep)) {
            mayKeep++;
            quota.took(place, before + mayKeep);
        }
        List<TaskId> moved = new ArrayList<>();
        while (left.size() > mayKeep) {
            TaskId task = left.stream()
                    .min(Comparator.<TaskId>comparingLong(candidate -> nearest(candidate, needy))
                            .thenComparingLong(candidate -> -beyondShare(place, candidate.stage()))
                            .thenComparing(Comparator.reverseOrder()))
                    .orElseThrow();
            left.remove(task);
            ofStage(place).merge(task.stage(), -1, Integer::sum);
            moved.add(task);
        }
        at(place).addAll(left);
        return moved;
    }

    private long nearest(TaskId task, Set<String> among) {
        return among.stream().mapToLong(place -> lag.of(task, place)).min().orElse(GroupView.ABSENT);
    }

    /** Tasks without a place go where their state is, the nearest first, as long as there is room. */
    private void settleNearby(Set<TaskId> homeless, Quota quota) {
        record Way(long lag, TaskId task, String place) {}
        List<Way> ways = new ArrayList<>();
        for (TaskId task : homeless) {
            for (String place : shares.keySet()) {
                long missing = lag.of(task, place);
                if (missing != GroupView.ABSENT) {
                    ways.add(new Way(missing, task, place));
                }
            }
        }
        ways.sort(Comparator.comparingLong(Way::lag).thenComparing(Way::task).thenComparing(Way::place));
        for (Way way : ways) {
            if (homeless.contains(way.task) && quota.mayTake(way.place, count(way.place))) {
                homeless.remove(way.task);
                give(way.task, way.place, quota);
            }
        }
    }

    private void give(TaskId task, String place, Quota quota) {
        at(place).add(task);
        ofStage(place).merge(task.stage(), 1, Integer::sum);
        quota.took(place, count(place));
    }

    /** The place with room that lacks most of its share of this stage, then of all, then the first by name. */
    private String neediest(TaskId task, Quota quota) {
        return places.keySet().stream()
                .filter(place -> quota.mayTake(place, count(place)))
                .min(Comparator.<String>comparingLong(place -> beyondShare(place, task.stage()))
                        .thenComparingLong(place -> count(place) * shareSum / share(place))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow(() -> new IllegalStateException("no place has room for " + task));
    }

    private long beyondShare(String place, int stage) {
        return ofStage(place).getOrDefault(stage, 0) * shareSum
                - (long) stageSizes.getOrDefault(stage, 0) * share(place);
    }

    private int share(String place) {
        return shares.getOrDefault(place, 1);
    }

    private int count(String place) {
        return at(place).size();
    }

    private Set<TaskId> at(String place) {
        return places.computeIfAbsent(place, name -> new TreeSet<>());
    }

    private Map<Integer, Integer> ofStage(String place) {
        return perStage.computeIfAbsent(place, name -> new HashMap<>());
    }
}
