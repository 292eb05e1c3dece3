package io.millrace.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Creates topics and reads what was committed to them. Blocking, with deadlines. */
public final class Topics {
    private static final long LIMIT_SECONDS = 30;
    private static final long POLL_MS = 10;

    private Topics() {}

    /**
     * Creates a topic with as many replicas as is the brokers' default, and waits until it can be looked up; does nothing if there is one of this
     * name.
     */
    public static void create(String bootstrapServers, String topic, int partitions, Map<String, String> config) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(config)))
                    .all()
                    .get(LIMIT_SECONDS, TimeUnit.SECONDS);
            awaitKnown(admin, topic);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("cannot create topic " + topic, e.getCause());
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    bootstrapServers + " did not create topic " + topic + " within " + LIMIT_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topic " + topic, e);
        }
    }

    /** The broker that is asked may hear of a new topic a little later than the controller. */
    private static void awaitKnown(Admin admin, String topic)
            throws ExecutionException, TimeoutException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!admin.listTopics().names().get(LIMIT_SECONDS, TimeUnit.SECONDS).contains(topic)) {
            if (System.nanoTime() > deadlineNs) {
                throw new TimeoutException(topic + " is not known");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
        }
    }

    /** As {@link #create(String, String, int, Map)} with the broker's defaults. */
    public static void create(String bootstrapServers, String topic, int partitions) {
        create(bootstrapServers, topic, partitions, Map.of());
    }

    /** Every committed record of a topic up to its last stable offsets at this moment, by partition in order. */
    public static List<ConsumerRecord<byte[], byte[]>> readCommitted(String bootstrapServers, String topic) {
        return read(bootstrapServers, topic, "read_committed");
    }

    /** Every record of a topic up to its end at this moment, those of open and aborted transactions included. */
    public static List<ConsumerRecord<byte[], byte[]>> readUncommitted(String bootstrapServers, String topic) {
        return read(bootstrapServers, topic, "read_uncommitted");
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(String bootstrapServers, String topic, String isolation) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        read(bootstrapServers, topic, isolation, records::add);
        records.sort(Comparator.comparingInt(ConsumerRecord<byte[], byte[]>::partition)
                .thenComparingLong(ConsumerRecord::offset));
        return records;
    }

    /**
     * Hands over every committed record of a topic up to its last stable offsets at this moment: each partition's in order, mixed with those of
     * the others. For topics that do not fit into memory.
     */
    public static void forEachCommitted(
            String bootstrapServers, String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        read(bootstrapServers, topic, "read_committed", each);
    }

    private static void read(
            String bootstrapServers, String topic, String isolation, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(bootstrapServers, isolation)) {
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions(consumer, topic)));
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            while (true) {
                // By position, because the last offsets may be transaction markers.
                ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
                if (ends.isEmpty()) {
                    break;
                }
                consumer.poll(Duration.ofMillis(100)).forEach(each);
            }
        }
    }

    private static Collection<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (PartitionInfo partition : consumer.partitionsFor(topic)) {
            partitions.add(new TopicPartition(topic, partition.partition()));
        }
        return partitions;
    }

    /** A consumer without a group that starts at the beginning; the caller assigns and closes it. */
    static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers, String isolation) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "isolation.level",
                isolation,
                "enable.auto.commit",
                "false",
                "auto.offset.reset",
                "earliest");
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
