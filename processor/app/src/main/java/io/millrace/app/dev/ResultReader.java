package io.millrace.app.dev;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Decoder;
import io.millrace.serde.Format;
import io.millrace.serde.Formats;
import io.millrace.serde.RowType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the sinks as any other consumer would, committed records only; where results are checked, the clicks beside them. Runs on its own
 * thread until {@link #stop}; keeps the last few results for the screen.
 */
final class ResultReader implements Runnable {
    /** More than that between two looks of the screen are counted, not kept. */
    private static final int MAX_KEPT = 5;

    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrapServers;
    private final Collection<String> topics;
    private final @Nullable ExactCheck check;
    private final Decoder stats = decoder(
            "page.stats.1m",
            new Column("page", Scalar.STRING),
            new Column("window_start", Scalar.TIMESTAMP_LTZ),
            new Column("views", Scalar.BIGINT),
            new Column("users", Scalar.BIGINT),
            new Column("avg_ms", Scalar.BIGINT),
            new Column("slow", Scalar.BIGINT));
    private final Decoder clicks = decoder(
            Sample.TOPIC,
            new Column("user_id", Scalar.STRING),
            new Column("page", Scalar.STRING),
            new Column("ts", Scalar.TIMESTAMP_LTZ),
            new Column("ms", Scalar.INT),
            new Column("is_bot", Scalar.BOOLEAN));
    private final Deque<String> latest = new ArrayDeque<>();
    private long skipped;
    private long count;
    private volatile Read read = new Read(Long.MIN_VALUE, Map.of());
    private volatile boolean stopped;

    /** @param check null where there is nothing to compare the results with */
    ResultReader(String bootstrapServers, Collection<String> topics, @Nullable ExactCheck check) {
        this.bootstrapServers = bootstrapServers;
        this.topics = topics;
        this.check = check;
    }

    @Override
    public void run() {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers,
                "isolation.level", "read_committed",
                "enable.auto.commit", "false",
                "max.poll.records", "4000",
                "auto.offset.reset", "earliest");
        try (Consumer<byte[], byte @Nullable []> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            List<String> all = new ArrayList<>(topics);
            if (check != null) {
                all.add(Sample.TOPIC);
            }
            for (String topic : all) {
                consumer.partitionsFor(topic)
                        .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
            }
            consumer.assign(partitions);
            while (!stopped) {
                consumer.poll(POLL).forEach(this::take);
                Map<TopicPartition, Long> positions = new HashMap<>();
                partitions.forEach(partition -> positions.put(partition, consumer.position(partition)));
                read = new Read(check == null ? Long.MIN_VALUE : check.closedMs(), Map.copyOf(positions));
            }
        }
    }

    void stop() {
        stopped = true;
    }

    /** How far it has read. From any thread. */
    Read read() {
        return read;
    }

    /** How many results came so far. */
    synchronized long count() {
        return count;
    }

    /** The newest results since the last call, and how many others there were. */
    synchronized Latest takeLatest() {
        Latest taken = new Latest(List.copyOf(latest), skipped);
        latest.clear();
        skipped = 0;
        return taken;
    }

    private void take(ConsumerRecord<byte[], byte @Nullable []> record) {
        byte[] value = record.value();
        if (!topics.contains(record.topic())) {
            if (check != null && value != null) {
                @Nullable Object[] row = clicks.decode(value);
                check.click(
                        record.partition(),
                        new ExactCheck.Click(
                                String.valueOf(row[0]),
                                String.valueOf(row[1]),
                                number(row[2]),
                                number(row[3]),
                                Boolean.TRUE.equals(row[4])));
            }
            return;
        }
        keep(record.topic(), value);
        if (check != null && value != null) {
            @Nullable Object[] row = stats.decode(value);
            check.result(
                    String.valueOf(row[0]),
                    number(row[1]),
                    new ExactCheck.Result(number(row[2]), number(row[3]), number(row[4]), number(row[5])));
        }
    }

    private synchronized void keep(String topic, byte @Nullable [] value) {
        count++;
        latest.addLast(topic + "  " + (value == null ? "(tombstone)" : new String(value, StandardCharsets.UTF_8)));
        if (latest.size() > MAX_KEPT) {
            latest.removeFirst();
            skipped++;
        }
    }

    private static Decoder decoder(String topic, Column... columns) {
        return Objects.requireNonNull(Formats.byName("json"))
                .decoder(new Format.Place(topic, false, null), RowType.of(columns));
    }

    private static long number(@Nullable Object value) {
        return value == null ? -1 : ((Number) value).longValue();
    }

    /**
     * A moment of reading.
     *
     * @param closedMs up to where the clicks read close windows, see {@link ExactCheck#closedMs}
     * @param positions the offset to be read next in each partition; the clicks before these are those of {@code closedMs}
     */
    record Read(long closedMs, Map<TopicPartition, Long> positions) {}

    /**
     * @param lines the newest results as text
     * @param skipped how many came besides
     */
    record Latest(List<String> lines, long skipped) {}
}
