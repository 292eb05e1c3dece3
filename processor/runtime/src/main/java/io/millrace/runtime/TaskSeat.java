package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.time.Progress;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's committed state, brought up to its last checkpoint: what a worker needs to run the task. Made by the restorer, handed to the
 * worker, and handed back to be caught up again after a roll-back.
 *
 * @param state null for a stage without stores
 * @param changelogs topic ids of the stage's changelogs, in the order of its stores
 * @param changelogOffsets the first offset of each that {@code state} does not contain
 * @param fronts from where on each changelog is needed, as of {@code changelogOffsets}
 * @param start where each input partition goes on
 * @param replayed how many changelog records were applied to get here
 */
record TaskSeat(
        TaskId task,
        @Nullable TaskState state,
        List<Uuid> changelogs,
        long[] changelogOffsets,
        List<ChangelogFront> fronts,
        Map<TopicPartition, Start> start,
        long replayed) {
    private static final Logger log = LoggerFactory.getLogger(TaskSeat.class);

    /** Closes the state; what it holds stays on disk. */
    void close() {
        if (state != null) {
            close(task, state);
        }
    }

    /** Closes a state that nobody needs any more. What could not be written is in the changelog. */
    static void close(TaskId task, TaskState state) {
        try {
            state.close();
        } catch (StateUnavailableException e) {
            log.warn(
                    "task {} will have to read more of its changelog when it is opened again: {}",
                    task,
                    e.getMessage());
        }
    }

    /**
     * Where an input partition goes on, and how far event time had come there.
     *
     * @param committed whether a checkpoint says so; if not, it is the partition's beginning
     */
    record Start(boolean committed, long offset, Progress progress) {}
}
