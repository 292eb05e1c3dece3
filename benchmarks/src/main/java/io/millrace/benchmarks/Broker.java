package io.millrace.benchmarks;

import io.millrace.local.ChildBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The one broker of all runs, in a process of its own. */
final class Broker implements AutoCloseable {
    private final ChildBroker child;
    private final ProcessHandle process;
    private final Admin admin;

    private Broker(ChildBroker child, ProcessHandle process, Admin admin) {
        this.child = child;
        this.process = process;
        this.admin = admin;
    }

    /** Call while this process has no other child. */
    static Broker start(Path directory) {
        ChildBroker child = ChildBroker.start(directory, Map.of());
        ProcessHandle process = ProcessHandle.current().children().findFirst().orElseThrow();
        return new Broker(child, process, Admin.create(Map.of("bootstrap.servers", child.bootstrapServers())));
    }

    String bootstrapServers() {
        return child.bootstrapServers();
    }

    ProcessHandle process() {
        return process;
    }

    Admin admin() {
        return admin;
    }

    void createTopic(String topic, int partitions) throws ExecutionException, InterruptedException {
        // Event times may be the records' timestamps, and lie anywhere.
        Map<String, String> forEver = Map.of("retention.ms", "-1");
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(forEver)))
                .all()
                .get();
    }

    /** Removes a run's topics, internal ones included, so that the disk holds one run's output at most. */
    void deleteTopics(String prefix) throws ExecutionException, InterruptedException {
        List<String> topics = admin.listTopics().names().get().stream()
                .filter(topic -> topic.startsWith(prefix))
                .toList();
        admin.deleteTopics(topics).all().get();
    }

    /** Hands every committed value of a topic on, each partition's in order. @return how many there were */
    long readCommitted(String topic, java.util.function.Consumer<byte[]> values) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers(),
                "isolation.level", "read_committed",
                "enable.auto.commit", "false",
                "max.poll.records", "10000",
                "auto.offset.reset", "earliest");
        long count = 0;
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (PartitionInfo partition : consumer.partitionsFor(topic)) {
                partitions.add(new TopicPartition(topic, partition.partition()));
            }
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (true) {
                // By position, because the last offsets may be transaction markers.
                ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
                if (ends.isEmpty()) {
                    return count;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    values.accept(record.value());
                    count++;
                }
            }
        }
    }

    @Override
    public void close() {
        admin.close();
        child.close();
    }
}
