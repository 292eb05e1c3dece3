package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.serde.DecodeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Finds out where tasks go on in their inputs. Call only from the restorer. */
final class InputStarts {
    private final RuntimeContext context;
    private final LostInput lostInput;

    InputStarts(RuntimeContext context) {
        this.context = context;
        this.lostInput = new LostInput(context);
    }

    /** Where each input partition goes on: at its committed offset, or at its beginning if none was ever committed. */
    Map<TopicPartition, TaskSeat.Start> of(TaskId task) {
        List<TopicPartition> partitions = context.placement().partitionsOf(task);
        // The beginnings first: whoever has had the task until now may commit in between, and cut off what comes before
        // that.
        Map<TopicPartition, Long> beginnings = context.admin().beginnings(partitions);
        Map<TopicPartition, OffsetAndMetadata> committed = context.admin().committed(context.group(), partitions);
        Map<TopicPartition, Long> ends = context.admin().ends(partitions, context.untilEnd());
        Map<TopicPartition, TaskSeat.Start> start = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata left = committed.get(partition);
            Progress progress = left == null ? Progress.START : progress(partition, left);
            long beginning = beginnings.getOrDefault(partition, 0L);
            long offset = left == null
                    ? beginning
                    : lostInput.resume(
                            partition,
                            left.offset(),
                            beginning,
                            ends.getOrDefault(partition, 0L),
                            isSource(task, partition));
            start.put(
                    partition,
                    new TaskSeat.Start(
                            left != null,
                            offset,
                            bounded(task, partition, progress, ends.getOrDefault(partition, 0L))));
        }
        return start;
    }

    /**
     * A committed offset that is missing although there was a checkpoint means anything but the beginning.
     *
     * @return false if it was only missing when it was read: another owner has made the first checkpoint meanwhile
     */
    boolean areComplete(Restoration restoration) {
        List<TopicPartition> missing = restoration.start().entrySet().stream()
                .filter(entry -> !entry.getValue().committed())
                .map(Map.Entry::getKey)
                .toList();
        if (!restoration.sawCheckpoint() || missing.isEmpty()) {
            return true;
        }
        if (context.admin().committed(context.group(), missing).isEmpty()) {
            throw new JobFailedException(
                    "task " + restoration.task() + " has state, but group " + context.group()
                            + " has no committed offset for " + missing
                            + ": it has expired (offsets.retention.minutes) or was"
                            + " deleted. Starting at the beginning would count records twice. Set the group's offsets to where the job"
                            + " left off, or run the job under a new name to start anew",
                    null);
        }
        return false;
    }

    private Progress progress(TopicPartition partition, OffsetAndMetadata committed) {
        try {
            CommitNote note = CommitNote.decode(committed.metadata());
            if (note.isOfAnother(context.cluster().topic(partition.topic()).id())) {
                throw new JobFailedException(
                        "topic " + partition.topic()
                                + " was deleted and created again since the job has committed offset "
                                + committed.offset() + " of " + partition + ". " + DeletedTopic.WHAT_NOW,
                        null);
            }
            return note.progress();
        } catch (DecodeException e) {
            throw new JobFailedException("the committed offset of " + partition + ": " + e.getMessage(), e);
        }
    }

    private Progress bounded(TaskId task, TopicPartition partition, Progress progress, long end) {
        if (context.untilEnd()) {
            boolean freeze = progress.endOffset() < 0 && isSource(task, partition);
            return freeze
                    ? new Progress(
                            progress.taskWatermarkMs(),
                            end,
                            progress.finished(),
                            progress.mayTrail(),
                            progress.channels())
                    : progress;
        }
        boolean ended = progress.finished()
                || progress.channels().stream().anyMatch(channel -> channel.status() == ChannelStatus.END);
        if (ended) {
            throw new JobFailedException(
                    "this job has been run with --until-end and its time is over: all its windows are closed. Run it with --until-end"
                            + " to let it finish, or under another job name to process what has come since",
                    null);
        }
        return new Progress(progress.taskWatermarkMs(), -1, false, progress.mayTrail(), progress.channels());
    }

    private boolean isSource(TaskId task, TopicPartition partition) {
        Stage stage = context.topology().stages().get(task.stage());
        return stage.inputs().stream()
                .anyMatch(input ->
                        input instanceof Input.FromSource && input.topics().contains(partition.topic()));
    }
}
