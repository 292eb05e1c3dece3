package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.HeldBack;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker was doing when it last looked. Immutable.
 *
 * @param note what keeps it from working, or null
 */
record WorkerStatus(
        List<TaskStatus> running,
        List<Restoring> restoring,
        long checkpoints,
        @Nullable String note) {
    static final WorkerStatus STARTING = new WorkerStatus(List.of(), List.of(), 0, "joining the group");

    /** Whether all its tasks, perhaps none, are at the end of a bounded run. */
    boolean isFinished() {
        return restoring.isEmpty() && running.stream().allMatch(TaskStatus::finished);
    }

    /** A task that is on its way to its last checkpoint. */
    record Restoring(TaskId task, RestoreTicket.Progress progress) {}

    /**
     * @param watermarkMs the task's combined watermark
     * @param heldBack what that waits for, or null
     */
    record TaskStatus(
            TaskId task,
            long watermarkMs,
            String time,
            boolean finished,
            @Nullable HeldBack heldBack) {}
}
