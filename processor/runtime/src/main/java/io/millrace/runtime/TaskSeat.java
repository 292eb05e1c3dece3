package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.time.Progress;
import io.millrace.state.TaskState;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

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

    /** Closes the state; what it holds stays on disk. */
    void close() {
        if (state != null) {
            state.close();
        }
    }

    /**
     * Where an input partition goes on, and how far event time had come there.
     *
     * @param committed whether a checkpoint says so; if not, it is the partition's beginning
     */
    record Start(boolean committed, long offset, Progress progress) {}
}
