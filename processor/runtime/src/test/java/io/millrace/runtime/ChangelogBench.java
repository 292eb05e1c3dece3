package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.engine.TaskId;
import io.millrace.state.Cursor;
import io.millrace.state.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One task, its changelog, and a restorer that is stepped by hand. */
final class ChangelogBench {
    static final TaskId TASK = new TaskId(1, 0);
    static final TopicPartition CHANGELOG = new TopicPartition("job-totals-changelog", 0);
    static final TopicPartition INPUT = new TopicPartition("job-totals-repartition", 0);
    /** Longer than the restorer waits before it tries again. */
    static final long RETRY_MS = 1_000;

    private static final byte[] LEAST = {};

    final TestClock clock = new TestClock();
    final MemoryCluster cluster = Jobs.cluster();
    final DamagedBackend backend = new DamagedBackend();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    /** Of a seek that asks for no check. */
    static final int NO_EPOCH = -1;

    final List<Seek> seeks = new ArrayList<>();
    final RuntimeContext context;
    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
    MockConsumer<byte[], byte[]> kafka;
    Restorer restorer;
    /** Up to where committed records can be read. */
    long stableEnd = Long.MAX_VALUE;

    ChangelogBench() {
        context = Jobs.context(
                Jobs.twoStages(),
                new InstanceConfig("one", Map.of("bootstrap.servers", "kafka:9092"), 1, Duration.ofMillis(100), false),
                cluster,
                new OneConsumer(),
                backend,
                meters,
                clock);
        cluster.commit(INPUT, new OffsetAndMetadata(0, ""));
        kafka = consumer();
        restorer = new Restorer(context);
    }

    private MockConsumer<byte[], byte[]> consumer() {
        return new MockConsumer<>("none") {
            @Override
            public synchronized void seek(TopicPartition partition, OffsetAndMetadata offset) {
                seeks.add(new Seek(
                        partition, offset.offset(), offset.leaderEpoch().orElse(NO_EPOCH)));
                super.seek(partition, offset);
            }
        };
    }

    /** As after a crash: what was applied is there, what was not is forgotten. */
    void restart() {
        restorer.close();
        kafka = consumer();
        restorer = new Restorer(context);
    }

    void put(String key, String value) {
        put(key, value.getBytes(UTF_8));
    }

    void put(String key, byte[] value) {
        log.add(new ConsumerRecord<>(CHANGELOG.topic(), CHANGELOG.partition(), log.size(), key.getBytes(UTF_8), value));
        cluster.ends(CHANGELOG, log.size());
    }

    /** An unclean election: what lies behind {@code end} is gone. */
    void cut(int end) {
        log.subList(end, log.size()).clear();
        cluster.ends(CHANGELOG, end);
    }

    RestoreTicket request(@Nullable TaskSeat earlier) {
        return restorer.request(TASK, earlier);
    }

    TaskSeat restored(@Nullable TaskSeat earlier) {
        return finish(request(earlier));
    }

    TaskSeat finish(RestoreTicket ticket) {
        for (int step = 0; step < 10 && !ticket.isDone(); step++) {
            step();
        }
        assertThat(ticket.isDone()).as("restored within ten rounds").isTrue();
        return ticket.seat();
    }

    /** One round, in which all there is can be read. */
    void step() {
        kafka.schedulePollTask(this::deliver);
        restorer.step();
    }

    private void deliver() {
        if (kafka.assignment().contains(CHANGELOG)) {
            long position = kafka.position(CHANGELOG);
            log.stream()
                    .filter(change -> change.offset() >= position && change.offset() < stableEnd)
                    .forEach(kafka::addRecord);
        }
    }

    static List<String> entries(TaskSeat seat) {
        TaskState state = Objects.requireNonNull(seat.state());
        List<String> entries = new ArrayList<>();
        try (Cursor cursor = state.scan(0, LEAST, null)) {
            while (cursor.next()) {
                entries.add(new String(cursor.key(), UTF_8) + "=" + new String(cursor.value(), UTF_8));
            }
        }
        return entries;
    }

    /** A place that was sought, with the epoch that the consumer was to find there. */
    record Seek(TopicPartition partition, long offset, int epoch) {}

    private final class OneConsumer implements ClientFactory {
        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
            return kafka;
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
            throw new AssertionError("no producer is needed");
        }

        @Override
        public Cluster cluster() {
            throw new AssertionError("the cluster is there already");
        }
    }
}
