package io.millrace.testing;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.task.TaskInput;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.InternalTopic;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.state.MemoryStateBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A whole job without Kafka: the tasks of all its stages over topics and stores in memory, driven step by step by the caller's thread. From
 * record bytes in to record bytes out it is the code that runs in production; what is missing is the clients, the group and the threads.
 *
 * <pre>{@code
 * try (TopologyRun run = new TopologyRun(topology, 1, startMs)) {
 *     run.send("clicks", 0, timestampMs, null, value, List.of());
 *     run.settle();
 *     run.end();
 *     List<WrittenRecord> results = run.written("page.stats");
 * }
 * }</pre>
 */
public final class TopologyRun implements AutoCloseable {
    private final Topology topology;
    private final MemoryTopics topics;
    private final MemoryStateBackend backend = new MemoryStateBackend();
    private final Map<TaskId, TaskDrive> tasks = new TreeMap<>();
    private long nowMs;

    /**
     * Starts all tasks.
     *
     * @param sourcePartitions how many partitions each source topic has
     * @param nowMs the wall clock at the start, milliseconds since 1970; only {@link #elapse} moves it
     */
    public TopologyRun(Topology topology, int sourcePartitions, long nowMs) {
        this.topology = topology;
        this.nowMs = nowMs;
        Map<String, Integer> partitions = new HashMap<>();
        for (Stage stage : topology.stages()) {
            for (Input input : stage.inputs()) {
                if (input instanceof Input.FromSource) {
                    input.topics().forEach(topic -> partitions.put(topic, sourcePartitions));
                }
            }
        }
        Map<String, Integer> internal = topology.internalPartitions(topic -> partitions.getOrDefault(topic, 0));
        for (InternalTopic topic : topology.internalTopics()) {
            partitions.put(topic.name(), internal.getOrDefault(topic.name(), 1));
        }
        this.topics = new MemoryTopics(partitions);
        for (Stage stage : topology.stages()) {
            int count = stage.taskCount(topics::partitions);
            for (int partition = 0; partition < count; partition++) {
                TaskId id = new TaskId(stage.id(), partition);
                tasks.put(id, new TaskDrive(id, topology, topics, backend, () -> this.nowMs));
            }
        }
    }

    /** Puts a record into a topic; {@link #settle} has it processed. */
    public void send(WrittenRecord record) {
        topics.append(record);
    }

    /**
     * Processes every record and checkpoints, until nothing is left to do. Rows are judged by the watermark that stood at the last
     * checkpoint, so whoever wants each record judged by the ones before it settles after each.
     *
     * @throws JobFailedException if a record cannot be processed and the job does not tolerate that
     */
    public void settle() {
        boolean moved = true;
        while (moved) {
            moved = false;
            for (TaskDrive task : tasks.values()) {
                moved |= task.step();
            }
        }
    }

    /** Moves the watermark of all partitions of a source, as if a row had said so, and settles. It never goes back. */
    public void watermark(String source, long watermarkMs) {
        sources(source).forEach(input -> input.advanceTo(watermarkMs));
        settle();
    }

    /** Lets so much time pass by the wall clock without any record, and settles. */
    public void elapse(long elapsedMs) {
        nowMs += elapsedMs;
        tasks.values().forEach(task -> task.silentFor(elapsedMs));
        settle();
    }

    /** Ends all sources, as a bounded run does at their ends, and settles: time is over, everything that is open closes. */
    public void end() {
        settle();
        tasks.values().forEach(TaskDrive::endSources);
        settle();
    }

    /** Throws away the tasks and what they have not committed, and starts them again from their last checkpoints. */
    public void crash() {
        tasks.values().forEach(TaskDrive::rebuild);
    }

    /** The records of a topic, in the order in which they were committed to each partition, partition by partition. */
    public List<WrittenRecord> written(String topic) {
        return topics.all(topic);
    }

    /** What was counted for a step in committed checkpoints, over all tasks. */
    public long count(Tally.Kind kind, String step) {
        return tasks.values().stream().mapToLong(task -> task.count(kind, step)).sum();
    }

    /** The least watermark of the tasks of the last stage. */
    public long watermarkMs() {
        int last = topology.stages().size() - 1;
        return tasks.values().stream()
                .filter(task -> task.id().stage() == last)
                .mapToLong(TaskDrive::watermarkMs)
                .min()
                .orElse(Long.MIN_VALUE);
    }

    private List<TaskInput> sources(String name) {
        List<TaskInput> inputs = new ArrayList<>();
        boolean known = false;
        for (Stage stage : topology.stages()) {
            for (Input input : stage.inputs()) {
                if (input instanceof Input.FromSource source && source.name().equals(name)) {
                    known = true;
                    tasks.values().stream()
                            .filter(task -> task.id().stage() == stage.id())
                            .forEach(task -> inputs.addAll(task.inputsOf(source.topics())));
                }
            }
        }
        if (!known) {
            throw new IllegalArgumentException("the job does not read a source " + name);
        }
        return inputs;
    }

    @Override
    public void close() {
        tasks.values().forEach(TaskDrive::close);
        backend.close();
    }
}
