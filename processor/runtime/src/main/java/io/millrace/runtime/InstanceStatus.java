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
     * @param restore how far it is restored, or null if it is not being restored
     */
    public record TaskView(
            String task,
            State state,
            long watermarkMs,
            String time,
            @Nullable HeldBack heldBack,
            @Nullable RestoreView restore) {
        /** One that is not being restored. */
        public TaskView(String task, State state, long watermarkMs, String time, @Nullable HeldBack heldBack) {
            this(task, state, watermarkMs, time, heldBack, null);
        }
    }

    /**
     * How far a task is restored.
     *
     * @param percent of the changelog records that were missing; 0 also as long as it is not known how many
     * @param remainingRecords that are still to be read, or a few more
     * @param remainingBytes of these, going by what was read so far; 0 if nothing was
     * @param waitsFor what keeps it from going on, or null
     */
    public record RestoreView(
            int percent,
            long remainingRecords,
            long remainingBytes,
            @Nullable String waitsFor) {}
}
