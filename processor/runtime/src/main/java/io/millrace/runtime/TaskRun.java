package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.task.Task;
import io.millrace.engine.task.TaskEnvironment;
import io.millrace.engine.task.TaskInput;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Stage;
import io.millrace.state.KeyValueStore;
import io.millrace.state.StateBatch;
import io.millrace.state.StoreBuffer;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running task together with its state, its buffered writes and its offsets. Call only from the worker.
 *
 * <p>Everything since the last checkpoint is in {@code task}, in the buffers and in the {@link InputRun}s; a roll-back throws these away
 * and keeps {@link #seat}, which only {@link #committed} moves forward.
 */
final class TaskRun {
    private static final Logger log = LoggerFactory.getLogger(TaskRun.class);
    private static final long MAX_BUFFERED_BYTES = 64L << 20;

    private final Stage stage;
    private final Task task;
    private final @Nullable TaskState state;
    private final List<StoreBuffer> buffers = new ArrayList<>();
    private final List<TopicPartition> changelogs;
    private final List<InputRun> inputs = new ArrayList<>();
    private final Function<TopicPartition, Cluster.LeaderEpoch> leaders;
    private TaskSeat seat;
    private boolean started;
    private boolean finished;
    private boolean flushDue = true;
    /** Per store, the first offset of its changelog that might not be on disk for good. */
    private long[] durableOffsets;

    /** @param leaders what is known of the changelogs' leaders, by partition */
    TaskRun(
            RuntimeContext context,
            TaskSeat seat,
            RecordSender sender,
            Function<TopicPartition, Cluster.LeaderEpoch> leaders) {
        this.seat = seat;
        this.leaders = leaders;
        this.durableOffsets = new long[seat.changelogOffsets().length];
        this.state = seat.state();
        this.stage = context.topology().stages().get(seat.task().stage());
        this.changelogs = JobCluster.changelogs(context.topology(), seat.task());
        Map<String, KeyValueStore> stores = new HashMap<>();
        if (state != null) {
            for (int store = 0; store < stage.stores().size(); store++) {
                StoreBuffer buffer = new StoreBuffer(state, store);
                buffers.add(buffer);
                stores.put(stage.stores().get(store).name(), buffer);
            }
        }
        this.task = new Task(
                seat.task(),
                context.topology(),
                new TaskEnvironment(
                        name -> require(stores, name),
                        new Bounded(sender),
                        context.cluster()::partitions,
                        context.clock()::millis));
        long watermarkMs = Watermarks.NONE;
        boolean mayTrail = false;
        for (TaskInput input : task.inputs()) {
            TopicPartition partition =
                    new TopicPartition(input.topic(), seat.task().partition());
            TaskSeat.Start start = seat.start().get(partition);
            if (start == null) {
                throw new IllegalStateException("no start for " + partition);
            }
            input.resume(start.progress().channels());
            watermarkMs = Math.max(watermarkMs, start.progress().taskWatermarkMs());
            inputs.add(new InputRun(
                    this, partition, context.cluster().topic(input.topic()).id(), input, start));
            finished |= start.progress().finished();
            mayTrail |= start.progress().mayTrail();
        }
        if (watermarkMs != Watermarks.NONE || mayTrail) {
            task.resumeAt(watermarkMs, mayTrail);
        }
    }

    private static KeyValueStore require(Map<String, KeyValueStore> stores, String name) {
        KeyValueStore store = stores.get(name);
        if (store == null) {
            throw new IllegalStateException("the stage has no store " + name);
        }
        return store;
    }

    /** Whether one of its stores has this changelog. */
    boolean writesTo(TopicPartition changelog) {
        return changelogs.contains(changelog);
    }

    TaskId id() {
        return seat.task();
    }

    Task task() {
        return task;
    }

    List<InputRun> inputs() {
        return inputs;
    }

    /** The state as of the last checkpoint: what is left of this run after a roll-back. */
    TaskSeat seat() {
        return seat;
    }

    /** Whether the task's last checkpoint was its last for good. */
    boolean isFinished() {
        return finished;
    }

    /** Whether a checkpoint has anything to commit for this task. The first one of a new task seeds its offsets. */
    boolean isDirty() {
        return !started || task.isDue() || inputs.stream().anyMatch(InputRun::hasMoved);
    }

    /** Heap bytes held until the next checkpoint, roughly. */
    long bufferedBytes() {
        long bytes = task.bundledBytes();
        for (StoreBuffer buffer : buffers) {
            bytes += buffer.dirtyBytes();
        }
        return bytes;
    }

    /** Sends every change of the open transaction to the changelogs. */
    void sendChanges(Transaction transaction) {
        for (int store = 0; store < buffers.size(); store++) {
            TopicPartition changelog = changelogs.get(store);
            buffers.get(store).forEachDirty((key, value) -> transaction.sendChange(changelog, key, value));
        }
    }

    /** Adds this task's offsets, with how far event time has come, to what is going to be committed. */
    void addOffsets(Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (InputRun input : inputs) {
            offsets.put(
                    input.partition(),
                    new OffsetAndMetadata(input.nextOffset(), input.note().encode()));
        }
    }

    /** The transaction is committed: only now may local state change. */
    void committed(Map<TopicPartition, Long> changelogEnds, long nowMs) {
        long[] changelogOffsets = seat.changelogOffsets().clone();
        boolean dirty = false;
        for (int store = 0; store < buffers.size(); store++) {
            dirty |= buffers.get(store).isDirty();
            changelogOffsets[store] = changelogEnds.getOrDefault(changelogs.get(store), changelogOffsets[store]);
        }
        if (dirty && state != null) {
            moveFronts();
            apply(state, changelogOffsets, nowMs);
        }
        Map<TopicPartition, TaskSeat.Start> start = new HashMap<>();
        for (InputRun input : inputs) {
            input.committed();
            start.put(input.partition(), new TaskSeat.Start(true, input.nextOffset(), input.progress()));
        }
        seat = new TaskSeat(seat.task(), state, seat.changelogs(), changelogOffsets, seat.fronts(), start, 0);
        started = true;
        finished = task.isFinished();
    }

    /** Every change of the transaction is in the changelog behind where that ended before. */
    private void moveFronts() {
        for (int store = 0; store < buffers.size(); store++) {
            if (stage.stores().get(store).expiring()) {
                ChangelogFront front = seat.fronts().get(store);
                long leastOffset = seat.changelogOffsets()[store];
                buffers.get(store).forEachDirty((key, value) -> front.changed(key, value, leastOffset));
                front.warnIfNotCut(changelogs.get(store));
            }
        }
    }

    /**
     * Below which offsets the changelogs are not needed any more: not to rebuild the state, nor to catch up after a crash, which goes back
     * to what was last flushed.
     */
    Map<TopicPartition, Long> changelogFronts() {
        Map<TopicPartition, Long> fronts = new HashMap<>();
        for (int store = 0; store < buffers.size(); store++) {
            long front = stage.stores().get(store).expiring()
                    ? seat.fronts().get(store).offset()
                    : ChangelogFront.NONE;
            long offset = Math.min(front, durableOffsets[store]);
            if (offset > 0) {
                fronts.put(changelogs.get(store), offset);
            }
        }
        return fronts;
    }

    private void apply(TaskState to, long[] changelogOffsets, long nowMs) {
        StateBatch batch = to.newBatch();
        for (StoreBuffer buffer : buffers) {
            buffer.drainTo(batch);
        }
        List<StoredPosition.Changelog> positions = new ArrayList<>();
        for (int store = 0; store < buffers.size(); store++) {
            positions.add(new StoredPosition.Changelog(
                    seat.changelogs().get(store),
                    changelogOffsets[store],
                    leaders.apply(changelogs.get(store)),
                    seat.fronts().get(store)));
        }
        to.apply(batch, new StoredPosition(nowMs, positions).encode());
        buffers.forEach(StoreBuffer::clear);
        flushDue = true;
    }

    /** Makes local state durable, so that a crash replays little. */
    void flush() {
        if (flushDue && state != null) {
            state.flush();
            flushDue = false;
            durableOffsets = seat.changelogOffsets().clone();
        }
    }

    /** Ends the task; its state, as of the last checkpoint, stays open for {@link #seat}. */
    void end() {
        try {
            task.close();
        } catch (RuntimeException e) {
            log.warn("task {} is gone, but an operator could not be closed", id(), e);
        }
    }

    /** Ends the task and closes the state, as of the last checkpoint. */
    void close() {
        end();
        seat.close();
    }

    /** The transaction, which for firing timers is full also when too much is buffered: records need not follow from that at once. */
    private final class Bounded implements RecordSender {
        private final RecordSender transaction;

        Bounded(RecordSender transaction) {
            this.transaction = transaction;
        }

        @Override
        public void send(
                String topic,
                int partition,
                long timeMs,
                byte @Nullable [] key,
                byte @Nullable [] value,
                List<RecordHeader> headers) {
            transaction.send(topic, partition, timeMs, key, value, headers);
        }

        @Override
        public boolean isFull() {
            return transaction.isFull() || bufferedBytes() > MAX_BUFFERED_BYTES;
        }
    }

    /** One input partition of a running task. */
    static final class InputRun {
        private final TaskRun run;
        private final TopicPartition partition;
        private final Uuid topicId;
        private final TaskInput input;
        private final long endOffset;
        private long committedOffset;
        private long nextOffset;

        InputRun(TaskRun run, TopicPartition partition, Uuid topicId, TaskInput input, TaskSeat.Start start) {
            this.run = run;
            this.partition = partition;
            this.topicId = topicId;
            this.input = input;
            this.endOffset = start.progress().endOffset();
            this.committedOffset = start.offset();
            this.nextOffset = start.offset();
        }

        TaskRun run() {
            return run;
        }

        TopicPartition partition() {
            return partition;
        }

        TaskInput input() {
            return input;
        }

        long nextOffset() {
            return nextOffset;
        }

        /** Everything below this offset is processed, or was never to be seen: aborted records, markers. */
        void readUpTo(long offset) {
            nextOffset =
                    endOffset < 0 ? Math.max(nextOffset, offset) : Math.max(nextOffset, Math.min(offset, endOffset));
            if (endOffset >= 0 && nextOffset >= endOffset && !input.ended()) {
                input.end();
            }
        }

        /** Whether this record lies behind the end of a bounded run. */
        boolean isBeyondEnd(long offset) {
            return endOffset >= 0 && offset >= endOffset;
        }

        /** Whether a bounded run has read all of this partition. */
        boolean isAtEnd() {
            return endOffset >= 0 && nextOffset >= endOffset;
        }

        boolean hasMoved() {
            return nextOffset != committedOffset;
        }

        void committed() {
            committedOffset = nextOffset;
        }

        Progress progress() {
            return new Progress(
                    run.task.watermarkMs(), endOffset, run.task.isFinished(), run.task.mayTrail(), input.channels());
        }

        CommitNote note() {
            return new CommitNote(topicId, progress());
        }
    }
}
