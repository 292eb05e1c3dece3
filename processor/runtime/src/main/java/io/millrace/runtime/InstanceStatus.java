package io.millrace.runtime;

import io.millrace.engine.task.HeldBack;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an instance was doing when it was asked. Immutable.
 *
 * @param live false if it cannot recover and should be restarted
 * @param ready whether all its tasks are running
 * @param reasons why it is not ready; empty if it is
 * @param tasks those that the group gave it
 * @param checkpoints committed transactions since the start
 */
public record InstanceStatus(
        boolean live, boolean ready, List<String> reasons, List<TaskView> tasks, long checkpoints) {
    public InstanceStatus {
        reasons = List.copyOf(reasons);
        tasks = List.copyOf(tasks);
    }

    /** What a task is about. */
    public enum State {
        RESTORING,
        RUNNING,
        FINISHED
    }

    /**
     * One task.
     *
     * @param task {@code stage_partition}
     * @param watermarkMs event time up to which it is complete, {@link Long#MIN_VALUE} if that is not known yet
     * @param time ACTIVE, IDLE or END
     * @param heldBack what the watermark waits for, or null
     */
    public record TaskView(
            String task,
            State state,
            long watermarkMs,
            String time,
            @Nullable HeldBack heldBack) {}
}
