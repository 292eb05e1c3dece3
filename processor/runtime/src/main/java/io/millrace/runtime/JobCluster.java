package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.InternalTopic;
import io.millrace.engine.topology.Topology;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * The job's topics as they are in the cluster: looked up once at start, with everything that is missing or wrong named, and internal
 * topics created.
 *
 * @param topics by name: sources, sinks, the dead-letter topic, repartition topics and changelogs
 */
record JobCluster(Map<String, Cluster.Topic> topics) {

    /** @throws JobFailedException if a topic is missing or an internal topic is not as it must be; it names them all */
    static JobCluster prepare(Topology topology, Cluster cluster) {
        Map<String, Cluster.Topic> topics = new HashMap<>(cluster.describe(external(topology)));
        List<String> problems = new ArrayList<>();
        for (String topic : external(topology)) {
            if (!topics.containsKey(topic)) {
                problems.add("topic " + topic + " does not exist; create it");
            }
        }
        fail(problems);
        List<InternalTopic> internal = topology.internalTopics();
        Map<String, Cluster.Topic> existing =
                cluster.describe(internal.stream().map(InternalTopic::name).toList());
        Map<String, Integer> partitions = topology.internalPartitions(name -> {
            Cluster.Topic topic = topics.get(name);
            return topic == null ? 0 : topic.partitions();
        });
        for (InternalTopic topic : internal) {
            check(topic, partitions.getOrDefault(topic.name(), 0), existing.get(topic.name()), problems);
        }
        fail(problems);
        for (InternalTopic topic : internal) {
            if (!existing.containsKey(topic.name())) {
                cluster.create(topic.name(), partitions.getOrDefault(topic.name(), 1), topic.config());
            }
        }
        Map<String, Cluster.Topic> created =
                cluster.describe(internal.stream().map(InternalTopic::name).toList());
        if (created.size() < internal.size()) {
            throw new UnknownTopicOrPartitionException(
                    "internal topics were created but are not known to all brokers yet");
        }
        topics.putAll(created);
        return new JobCluster(Map.copyOf(topics));
    }

    private static Set<String> external(Topology topology) {
        Set<String> names = new LinkedHashSet<>(topology.sourceTopics());
        names.addAll(topology.sinkTopics());
        if (topology.deadLetterTopic() != null) {
            names.add(topology.deadLetterTopic());
        }
        return names;
    }

    private static void check(InternalTopic topic, int wanted, Cluster.@Nullable Topic is, List<String> problems) {
        if (is == null) {
            return;
        }
        if (is.partitions() != wanted) {
            problems.add("internal topic " + topic.name() + " has " + is.partitions()
                    + " partitions, but the job needs " + wanted
                    + ", as many as its source has; the source's partitions have changed since it was created: start the job"
                    + " anew, stop all instances and run millrace reset");
        }
        String policy = topic.config().getOrDefault("cleanup.policy", is.cleanupPolicy());
        if (!is.cleanupPolicy().isEmpty() && !policies(is.cleanupPolicy()).equals(policies(policy))) {
            problems.add("internal topic " + topic.name() + " has cleanup.policy=" + is.cleanupPolicy()
                    + ", but must have " + policy + " or records would be lost, or kept for ever; set "
                    + settings(topic));
        } else if (!is.keepsAll()) {
            // After an outage, or in a backfill, what is still needed is older than any retention.
            problems.add("internal topic " + topic.name()
                    + " deletes records by age or size, and would lose some that the job" + " still needs; set "
                    + settings(topic));
        }
    }

    /** Their order means nothing. */
    private static Set<String> policies(String list) {
        return Arrays.stream(list.split(",")).map(String::trim).collect(Collectors.toSet());
    }

    /** All that the topic must have, at once: with "delete" in its policy but the broker's retention it would lose records. */
    private static String settings(InternalTopic topic) {
        return topic.config().entrySet().stream()
                .filter(setting -> !setting.getKey().equals("segment.bytes"))
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .sorted()
                .collect(Collectors.joining(" "));
    }

    private static void fail(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new JobFailedException(String.join("\n", problems), null);
        }
    }

    Cluster.Topic topic(String name) {
        Cluster.Topic topic = topics.get(name);
        if (topic == null) {
            throw new IllegalStateException("topic " + name + " is not the job's");
        }
        return topic;
    }

    int partitions(String topic) {
        return topic(topic).partitions();
    }

    /** Which partitions make up which task. */
    TaskPlacement placement(Topology topology) {
        Map<String, Integer> counts = new HashMap<>();
        topics.values().forEach(topic -> counts.put(topic.name(), topic.partitions()));
        return new TaskPlacement(topology, counts);
    }

    /** The changelog partitions of a task, in the order of its stores. */
    static List<TopicPartition> changelogs(Topology topology, TaskId task) {
        return topology.stages().get(task.stage()).stores().stream()
                .map(store -> new TopicPartition(store.changelogTopic(), task.partition()))
                .toList();
    }
}
