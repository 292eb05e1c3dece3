package io.millrace.testing;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.task.Task;
import io.millrace.engine.task.TaskEnvironment;
import io.millrace.engine.task.TaskInput;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.state.StateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.StoreBuffer;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One task and what its worker would keep for it: the buffered writes and the records of the open transaction, and the offsets and the
 * progress of the last one that was committed.
 */
final class TaskDrive implements RecordSender, AutoCloseable {
    private static final byte[] POSITION = {};

    private final TaskId id;
    private final Topology topology;
    private final Stage stage;
    private final Set<String> sourceTopics;
    private final MemoryTopics topics;
    private final LongSupplier nowMs;
    private final List<String> storeNames;
    private final @Nullable TaskState state;
    private final Map<Task.TallyKey, Long> counts = new HashMap<>();

    private final List<WrittenRecord> pending = new ArrayList<>();
    private final List<StoreBuffer> buffers = new ArrayList<>();
    private final Map<String, Integer> read = new HashMap<>();
    private final Map<String, Integer> committed = new HashMap<>();
    private List<List<Progress.Channel>> channels = List.of();
    private long watermarkMs = Watermarks.NONE;
    private boolean mayTrail;
    private Task task;

    TaskDrive(TaskId id, Topology topology, MemoryTopics topics, StateBackend backend, LongSupplier nowMs) {
        this.id = id;
        this.topology = topology;
        this.stage = topology.stages().get(id.stage());
        this.sourceTopics = stage.inputs().stream()
                .filter(Input.FromSource.class::isInstance)
                .flatMap(input -> input.topics().stream())
                .collect(Collectors.toSet());
        this.topics = topics;
        this.nowMs = nowMs;
        this.storeNames = stage.stores().stream().map(Stage.Store::name).toList();
        this.state = storeNames.isEmpty() ? null : backend.open(id.toString(), storeNames);
        this.task = make();
    }

    private Task make() {
        buffers.clear();
        for (int store = 0; state != null && store < storeNames.size(); store++) {
            buffers.add(new StoreBuffer(state, store));
        }
        Task made = new Task(
                id,
                topology,
                new TaskEnvironment(name -> buffers.get(storeNames.indexOf(name)), this, topics::partitions, nowMs));
        for (int i = 0; i < channels.size(); i++) {
            made.inputs().get(i).resume(channels.get(i));
        }
        if (watermarkMs != Watermarks.NONE) {
            made.resumeAt(watermarkMs, mayTrail);
        }
        return made;
    }

    TaskId id() {
        return id;
    }

    long watermarkMs() {
        return task.watermarkMs();
    }

    /** Reads all that is there and checkpoints; false if there was nothing to do. */
    boolean step() {
        boolean moved = false;
        // What is left of an interrupted firing comes before any record.
        while (task.isDue()) {
            checkpoint();
            moved = true;
        }
        for (TaskInput input : task.inputs()) {
            List<WrittenRecord> log = topics.log(input.topic(), id.partition());
            for (int next = read.getOrDefault(input.topic(), 0); next < log.size(); next++) {
                task.process(input, log.get(next));
                read.put(input.topic(), next + 1);
                moved = true;
            }
        }
        if (moved) {
            checkpoint();
        }
        return moved;
    }

    private void checkpoint() {
        boolean complete;
        do {
            complete = task.prepare();
            commit();
        } while (!complete);
    }

    private void commit() {
        if (state != null) {
            StateBatch batch = state.newBatch();
            buffers.forEach(buffer -> buffer.drainTo(batch));
            state.apply(batch, POSITION);
            buffers.forEach(StoreBuffer::clear);
        }
        pending.forEach(topics::append);
        pending.clear();
        committed.putAll(read);
        channels = task.inputs().stream().map(TaskInput::channels).toList();
        watermarkMs = task.watermarkMs();
        mayTrail = task.mayTrail();
        task.takeTallies((key, count) -> counts.merge(key, count, Long::sum));
    }

    /** Back to the last checkpoint. */
    void rebuild() {
        pending.clear();
        read.clear();
        read.putAll(committed);
        task = make();
    }

    void silentFor(long elapsedMs) {
        task.inputs().forEach(input -> input.silentFor(elapsedMs));
    }

    void endSources() {
        task.inputs().stream()
                .filter(input -> sourceTopics.contains(input.topic()) && !input.ended())
                .forEach(TaskInput::end);
    }

    List<TaskInput> inputsOf(List<String> sources) {
        return task.inputs().stream()
                .filter(input -> sources.contains(input.topic()))
                .toList();
    }

    long count(Tally.Kind kind, String step) {
        return counts.getOrDefault(new Task.TallyKey(kind, step), 0L);
    }

    @Override
    public void send(
            String topic,
            int partition,
            long timeMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        pending.add(new WrittenRecord(topic, partition, -1, timeMs, key, value, headers));
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public void close() {
        if (state != null) {
            state.close();
        }
    }
}
