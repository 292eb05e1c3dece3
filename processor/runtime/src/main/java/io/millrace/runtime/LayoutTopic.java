package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The one partition of the topic in which a job's layouts are: the last record of a key counts. */
final class LayoutTopic {
    private static final Duration POLL = Duration.ofMillis(200);
    /** Records of a transaction that somebody has died in are only passed when the broker has ended it. */
    private static final int TRANSACTION_TIMEOUT_MS = 10_000;

    private static final long READ_TIMEOUT_MS = 2 * TRANSACTION_TIMEOUT_MS;

    private final String job;
    private final TopicPartition partition;
    private final ClientFactory clients;
    private final Clock clock;

    /** @param name the topic's */
    LayoutTopic(String job, String name, ClientFactory clients, Clock clock) {
        this.job = job;
        this.partition = new TopicPartition(name, 0);
        this.clients = clients;
        this.clock = clock;
    }

    /**
     * All that is recorded, by the names of the topics that it is about. The topic must exist.
     *
     * @throws TimeoutException if its end does not come, because a transaction is open
     */
    Map<String, RecordedLayout> read(Cluster cluster) {
        List<TopicPartition> only = List.of(partition);
        long end = cluster.ends(only, false).getOrDefault(partition, 0L);
        Map<String, RecordedLayout> recorded = new LinkedHashMap<>();
        try (Consumer<byte[], byte[]> consumer = clients.consumer(EngineSettings.restoreConsumer(job + "-layout"))) {
            consumer.assign(only);
            consumer.seek(partition, cluster.beginnings(only).getOrDefault(partition, 0L));
            long deadlineMs = clock.millis() + READ_TIMEOUT_MS;
            while (consumer.position(partition) < end) {
                consumer.poll(POLL).records(partition).forEach(record -> put(record, recorded));
                if (clock.millis() > deadlineMs) {
                    throw new TimeoutException(
                            partition + " cannot be read up to its end at " + end + ": a transaction is open in it");
                }
            }
        }
        return recorded;
    }

    private void put(ConsumerRecord<byte[], byte[]> record, Map<String, RecordedLayout> recorded) {
        if (record.key() == null) {
            return;
        }
        String topic = new String(record.key(), UTF_8);
        if (record.value() == null) {
            recorded.remove(topic);
        } else {
            recorded.put(topic, RecordedLayout.decode(record.value(), partition + "@" + record.offset()));
        }
    }

    /**
     * Whoever has it alone may write: from here on, what others that have had it before have not committed fails.
     *
     * <p>What they have committed is in {@link #read} from here on: so what is read now and then written is changed in one step.
     */
    Turn take() {
        Producer<byte[], byte[]> producer =
                clients.producer(EngineSettings.layoutProducer(job, TRANSACTION_TIMEOUT_MS));
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
        return new Turn(producer);
    }

    /** The right to write, as long as nobody else takes it. */
    final class Turn implements AutoCloseable {
        private final Producer<byte[], byte[]> producer;

        private Turn(Producer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        /**
         * Writes all of it or nothing.
         *
         * @param forgotten topics that nothing is to be recorded about any more
         * @throws org.apache.kafka.common.errors.ProducerFencedException if it is somebody else's turn by now
         */
        void write(Map<String, RecordedLayout> layouts, Set<String> forgotten) {
            producer.beginTransaction();
            layouts.forEach((topic, layout) -> send(topic, layout.encode()));
            forgotten.forEach(topic -> send(topic, null));
            producer.flush();
            producer.commitTransaction();
        }

        private void send(String topic, byte @Nullable [] value) {
            // The commit says if one has failed.
            var unused = producer.send(new ProducerRecord<>(partition.topic(), 0, topic.getBytes(UTF_8), value));
        }

        @Override
        public void close() {
            producer.close(Duration.ZERO);
        }
    }
}
