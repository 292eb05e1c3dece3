package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Which input partitions make up which task. Immutable; a job's instances agree on it because they agree on topology and cluster. */
final class TaskPlacement {
    private final Map<TaskId, List<TopicPartition>> partitionsOf = new TreeMap<>();
    private final Map<TopicPartition, TaskId> taskOf = new HashMap<>();
    private final Set<String> topics = new TreeSet<>();
    private final Set<Integer> stagesWithState = new TreeSet<>();

    /** @param partitionCounts of every input topic of the topology */
    TaskPlacement(Topology topology, Map<String, Integer> partitionCounts) {
        for (Stage stage : topology.stages()) {
            if (!stage.stores().isEmpty()) {
                stagesWithState.add(stage.id());
            }
            for (Input input : stage.inputs()) {
                for (String topic : input.topics()) {
                    topics.add(topic);
                    for (int partition = 0; partition < count(partitionCounts, topic); partition++) {
                        place(new TaskId(stage.id(), partition), new TopicPartition(topic, partition));
                    }
                }
            }
        }
    }

    private static int count(Map<String, Integer> partitionCounts, String topic) {
        Integer count = partitionCounts.get(topic);
        if (count == null) {
            throw new IllegalStateException("nobody asked how many partitions " + topic + " has");
        }
        return count;
    }

    private void place(TaskId task, TopicPartition partition) {
        TaskId other = taskOf.put(partition, task);
        if (other != null && !other.equals(task)) {
            throw new IllegalStateException(partition + " is read by the tasks " + other + " and " + task);
        }
        List<TopicPartition> before = partitionsOf.getOrDefault(task, List.of());
        if (!before.contains(partition)) {
            partitionsOf.put(
                    task,
                    java.util.stream.Stream.concat(before.stream(), java.util.stream.Stream.of(partition))
                            .toList());
        }
    }

    /** All tasks, in order. */
    Set<TaskId> tasks() {
        return partitionsOf.keySet();
    }

    /** A task's input partitions, in the order of its stage's inputs. */
    List<TopicPartition> partitionsOf(TaskId task) {
        List<TopicPartition> partitions = partitionsOf.get(task);
        if (partitions == null) {
            throw new IllegalArgumentException("no task " + task);
        }
        return partitions;
    }

    /** Whether a task keeps state, which makes it costly to have and to move. */
    boolean hasState(TaskId task) {
        return stagesWithState.contains(task.stage());
    }

    /** The task that reads a partition, or null if the job does not read it. */
    @Nullable
    TaskId taskOf(TopicPartition partition) {
        return taskOf.get(partition);
    }

    /** All input topics: what every member subscribes to. */
    Set<String> topics() {
        return topics;
    }
}
