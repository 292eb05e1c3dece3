package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What this instance's disk holds, for the workers to tell the group, and what the group wants the instance to follow. It is where the
 * workers' assignors and the restorer's thread meet. Thread-safe.
 */
final class LocalTasks {
    /** How long to wait before asking again for a task that did not come. */
    private static final long ASK_AGAIN_MS = 60_000;

    private final String instance;
    private final @Nullable String rack;
    private final Map<TaskId, Long> held = new TreeMap<>();
    /** Warm-ups for which a rebalance was asked, and when. */
    private final Map<TaskId, Long> asked = new HashMap<>();

    private MemberOrder order = MemberOrder.NOTHING;

    LocalTasks(InstanceConfig config) {
        this.instance = config.instanceId();
        this.rack = config.rack();
    }

    /** What a member says of itself when it joins. */
    synchronized MemberReport report(int nonce) {
        return new MemberReport(nonce, instance, rack, held, order.followed(), order.coming());
    }

    /** The group has told one of the instance's members; all are told the same, and in all of one rebalance before the next. */
    synchronized void order(MemberOrder told) {
        order = told;
        asked.keySet().retainAll(told.warmUps());
    }

    /** What the instance is to follow. */
    synchronized Set<TaskId> followed() {
        return order.followed();
    }

    /** Whether the instance is in a hurry to know how far behind it is. */
    synchronized boolean isWarmingUp() {
        return !order.warmUps().isEmpty();
    }

    /** Whether a task that the instance warms up for can come, and a rebalance should be asked for; true once each time. */
    synchronized boolean isWarmedUp(long nowMs) {
        boolean due = false;
        for (TaskId task : order.warmUps()) {
            long lag = held.getOrDefault(task, MemberReport.UNKNOWN_LAG);
            boolean near = lag != MemberReport.UNKNOWN_LAG && lag <= GroupPlan.SMALL_LAG;
            Long askedMs = asked.get(task);
            if (near && (askedMs == null || nowMs - askedMs >= ASK_AGAIN_MS)) {
                asked.put(task, nowMs);
                due = true;
            }
        }
        return due;
    }

    /** The disk holds a task's state, with so many changelog records missing, or {@link MemberReport#UNKNOWN_LAG}. */
    synchronized void holds(TaskId task, long lag) {
        held.put(task, lag);
    }

    /** The disk does not hold a task's state any more, or not in a form that could be used. */
    synchronized void lacks(TaskId task) {
        held.remove(task);
    }

    /** How many records the state of a task is behind; null if it is not held. */
    synchronized @Nullable Long lag(TaskId task) {
        return held.get(task);
    }
}
