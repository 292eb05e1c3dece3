package io.millrace.app.dev;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What Kafka says of a job at one moment. Instances have the names that they give themselves in the group, see {@link KafkaWatch}.
 *
 * @param atNs when it was asked, by {@link System#nanoTime}
 * @param members the instances that the group has not given up
 * @param owners the instance of each task that has one; nothing while the group deals them out
 * @param committed the offset that the group has committed for each input partition of the job, where there is one
 * @param ends where the input partitions end, asked after {@code committed}; open transactions are counted in
 * @param open how many transactions each instance has open
 * @param results how many committed records of the sinks a consumer has read
 */
record Observation(
        long atNs,
        Set<String> members,
        Map<String, String> owners,
        Map<TopicPartition, Long> committed,
        Map<TopicPartition, Long> ends,
        Map<String, Integer> open,
        long results) {
    Observation {
        members = Set.copyOf(members);
        owners = Map.copyOf(owners);
        committed = Map.copyOf(committed);
        ends = Map.copyOf(ends);
        open = Map.copyOf(open);
    }

    /** -1 where nothing was committed yet. */
    long committed(TopicPartition partition) {
        return committed.getOrDefault(partition, -1L);
    }

    int open(String instance) {
        return open.getOrDefault(instance, 0);
    }

    long tasksOf(String instance) {
        return owners.values().stream().filter(instance::equals).count();
    }
}
