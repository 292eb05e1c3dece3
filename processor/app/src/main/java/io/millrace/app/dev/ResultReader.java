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
 * Reads the sinks as any other consumer would: committed records only. Runs on its own thread until {@link #stop}; keeps the last
 * few results for the screen.
 */
final class ResultReader implements Runnable {
    /** More than that between two looks of the screen are counted, not kept. */
    private static final int MAX_KEPT = 5;

    private static final Duration POLL = Duration.ofMillis(100);

    private final String bootstrapServers;
    private final Collection<String> topics;
    private final @Nullable ExactCheck check;
    private final Decoder decoder = Objects.requireNonNull(Formats.byName("json"))
            .decoder(
                    new Format.Place("page.stats.1m", false, null),
                    RowType.of(
                            new Column("page", Scalar.STRING),
                            new Column("window_start", Scalar.TIMESTAMP_LTZ),
                            new Column("views", Scalar.BIGINT),
                            new Column("users", Scalar.BIGINT),
                            new Column("avg_ms", Scalar.BIGINT),
                            new Column("slow", Scalar.BIGINT)));
    private final Deque<String> latest = new ArrayDeque<>();
    private long skipped;
    private long count;
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
                "auto.offset.reset", "earliest");
        try (Consumer<byte[], byte @Nullable []> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : topics) {
                consumer.partitionsFor(topic)
                        .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
            }
            consumer.assign(partitions);
            while (!stopped) {
                consumer.poll(POLL).forEach(this::take);
            }
        }
    }

    void stop() {
        stopped = true;
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

    private synchronized void take(ConsumerRecord<byte[], byte @Nullable []> record) {
        count++;
        byte[] value = record.value();
        latest.addLast(
                record.topic() + "  " + (value == null ? "(tombstone)" : new String(value, StandardCharsets.UTF_8)));
        if (latest.size() > MAX_KEPT) {
            latest.removeFirst();
            skipped++;
        }
        if (check != null && value != null) {
            @Nullable Object[] row = decoder.decode(value);
            check.result(
                    String.valueOf(row[0]),
                    number(row[1]),
                    new ExactCheck.Result(number(row[2]), number(row[3]), number(row[4]), number(row[5])));
        }
    }

    private static long number(@Nullable Object value) {
        return value == null ? -1 : ((Number) value).longValue();
    }

    /**
     * @param lines the newest results as text
     * @param skipped how many came besides
     */
    record Latest(List<String> lines, long skipped) {}
}
