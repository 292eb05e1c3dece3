package io.millrace.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The layout topic of {@link Jobs} as a list, behind Kafka's own mocks: a producer that is made fences those before it. */
final class MemoryLayouts implements ClientFactory {
    static final TopicPartition PARTITION = new TopicPartition("job-layout", 0);
    private static final long POLL_MS = 200;

    private final MemoryCluster cluster;
    private final TestClock clock;
    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
    private final List<Writer> writers = new ArrayList<>();
    private @Nullable Runnable beforeCommit;
    private boolean losesCommits;
    private long hidden;

    MemoryLayouts(MemoryCluster cluster, TestClock clock) {
        this.cluster = cluster;
        this.clock = clock;
    }

    /** How many records have been written, ever. */
    int size() {
        return log.size();
    }

    /** How many times somebody took the right to write. */
    int turns() {
        return writers.size();
    }

    void add(byte[] key, byte @Nullable [] value) {
        log.add(new ConsumerRecord<>(PARTITION.topic(), 0, log.size(), key, value));
        show();
    }

    /** Once, when somebody is about to commit. */
    void beforeCommit(Runnable action) {
        beforeCommit = action;
    }

    /** From here on, or not any more, a commit comes to nothing. */
    void loseCommits(boolean lose) {
        losesCommits = lose;
    }

    /** There are records of an open transaction at the end. */
    void hideRecords(long count) {
        hidden = count;
        show();
    }

    private void show() {
        cluster.ends(PARTITION, log.size() + hidden);
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        return new Reader();
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        return new Writer();
    }

    @Override
    public Cluster cluster() {
        return cluster;
    }

    private final class Reader extends MockConsumer<byte[], byte[]> {
        Reader() {
            super("none");
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            clock.advance(POLL_MS);
            log.stream()
                    .filter(record -> record.offset() >= position(PARTITION))
                    .forEach(this::addRecord);
            return super.poll(timeout);
        }
    }

    private final class Writer extends MockProducer<byte[], byte[]> {
        Writer() {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public void initTransactions() {
            super.initTransactions();
            writers.stream().filter(writer -> !writer.closed()).forEach(MockProducer::fenceProducer);
            writers.add(this);
        }

        @Override
        public void commitTransaction() {
            Runnable action = beforeCommit;
            beforeCommit = null;
            if (action != null) {
                action.run();
            }
            if (losesCommits) {
                throw new TimeoutException("no answer");
            }
            super.commitTransaction();
            for (ProducerRecord<byte[], byte[]> written : history()) {
                add(written.key(), written.value());
            }
        }
    }
}
