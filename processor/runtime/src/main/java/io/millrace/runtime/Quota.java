package io.millrace.runtime;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many tasks each place may have so that every place has its share, rounded up or down. Exactly as many are rounded up as it
 * takes to place all tasks; who is, is decided by who takes one first.
 *
 * <p>Two of them are used one after the other, for the tasks with state and for all tasks, whose counts go on from each other. A place
 * whose share of all tasks is no larger, rounded down, than that of the tasks with state is then rounded up in both or in none: taking one
 * with state more uses up an extra of {@code all} too, and there must be one left.
 */
final class Quota {
    private final Map<String, Integer> floors = new HashMap<>();
    private final Set<String> mayRoundUp = new HashSet<>();
    private final @Nullable Quota all;
    private int extras;

    /**
     * @param shares each place's weight, at least 1
     * @param tasks how many there are
     * @param all the quota of all tasks if this one is of a part of them, else null
     */
    Quota(Map<String, Integer> shares, int tasks, @Nullable Quota all) {
        long sum = shares.values().stream().mapToLong(Integer::longValue).sum();
        extras = tasks;
        for (Map.Entry<String, Integer> share : shares.entrySet()) {
            long product = (long) tasks * share.getValue();
            int floor = (int) (product / sum);
            floors.put(share.getKey(), floor);
            extras -= floor;
            if (product % sum > 0) {
                mayRoundUp.add(share.getKey());
            }
        }
        this.all = all;
    }

    int floor(String place) {
        Integer floor = floors.get(place);
        if (floor == null) {
            throw new IllegalArgumentException("no place " + place);
        }
        return floor;
    }

    /** Whether a place with so many tasks may have one more. */
    boolean mayTake(String place, int has) {
        return has < floor(place) || (has == floor(place) && mayRoundUp(place));
    }

    /** Whether a task more than the floor uses up one of the few extras of all tasks. */
    boolean isTight(String place) {
        return all != null && all.floor(place) == floor(place);
    }

    private boolean mayRoundUp(String place) {
        return extras > 0 && mayRoundUp.contains(place) && (all == null || !isTight(place) || all.extras > 0);
    }

    /** A place has so many tasks now, one more than before. */
    void took(String place, int has) {
        if (has == floor(place) + 1) {
            extras--;
            if (all != null && isTight(place)) {
                all.extras--;
            }
        }
    }
}
