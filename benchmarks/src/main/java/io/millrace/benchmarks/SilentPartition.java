package io.millrace.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.local.Directories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * One of two partitions falls silent, and with it its keys: when are the last windows of these keys written? The same count per page and
 * ten seconds, behind a repartition topic, by Millrace and by Kafka Streams side by side, on one broker. Start it with
 * {@code benchmarks/silent-partition}.
 */
final class SilentPartition {
    private static final String INPUT = "views";
    private static final int PAGES_PER_PARTITION = 10;
    private static final int WINDOWS_OF_BOTH = 3;
    private static final int WINDOWS = 6;
    private static final long WINDOW_MS = 10_000;
    private static final int EXPECTED = PAGES_PER_PARTITION * (WINDOWS_OF_BOTH + WINDOWS);
    private static final List<Integer> LOOK_AT_SECONDS = List.of(5, 15, 30, 60);

    private final Broker broker;

    private SilentPartition(Broker broker) {
        this.broker = broker;
    }

    /** @param args none; the system property millrace.root is the checkout */
    public static void main(String[] args) throws Exception {
        Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
        Path target = Files.createDirectories(root.resolve("benchmarks/target"));
        Path directory = Files.createTempDirectory(target, "silent-partition-");
        try (Broker broker = Broker.start(directory.resolve("broker"))) {
            new SilentPartition(broker).run(root, directory);
        }
        Directories.delete(directory);
    }

    private void run(Path root, Path directory) throws ExecutionException, InterruptedException {
        broker.createTopic(INPUT, 2);
        broker.createTopic("millrace-out", 2);
        broker.createTopic("streams-out", 2);
        List<String> millrace = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp"));
        millrace.addAll(Engine.millrace(root, "silent-partition"));
        Map<String, String> environment = Map.of(
                "KAFKA",
                broker.bootstrapServers(),
                "JOB",
                "silent",
                "INPUT",
                INPUT,
                "OUTPUT",
                "millrace-out",
                "STATE",
                directory.resolve("millrace").toString());
        try (EngineProcess process = EngineProcess.start(millrace, environment, directory.resolve("millrace.log"));
                KafkaStreams streams = streams(directory.resolve("streams"))) {
            streams.start();
            send();
            say(
                    "%d windows are due: partition 0 has had records until %d s after the last ones of partition 1",
                    EXPECTED, (WINDOWS - WINDOWS_OF_BOTH) * WINDOW_MS / 1000);
            say("%8s %10s %14s", "after", "Millrace", "Kafka Streams");
            long startNs = System.nanoTime();
            for (int seconds : LOOK_AT_SECONDS) {
                long leftNs = startNs + TimeUnit.SECONDS.toNanos(seconds) - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(Math.max(0, leftNs));
                if (!process.isAlive()) {
                    throw new IllegalStateException("Millrace has ended; see " + process.log());
                }
                say("%6d s %10d %14d", seconds, written("millrace-out"), written("streams-out"));
            }
        }
    }

    private KafkaStreams streams(Path state) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "silent-streams");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        config.put("replication.factor", "1");
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(INPUT, Consumed.with(Serdes.ByteArray(), Serdes.String()))
                .groupBy((key, page) -> page, Grouped.with(Serdes.String(), Serdes.String()))
                .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMillis(WINDOW_MS), Duration.ofSeconds(1)))
                .count(Materialized.with(Serdes.String(), Serdes.Long()))
                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
                .toStream((window, count) -> window.key())
                .to("streams-out", Produced.with(Serdes.String(), Serdes.Long()));
        return new KafkaStreams(builder.build(), config);
    }

    /** As a producer would that partitions by page: each page's views are in one partition. */
    private void send() throws ExecutionException, InterruptedException {
        long now = System.currentTimeMillis();
        long startMs = now - Math.floorMod(now, WINDOW_MS) - (WINDOWS + 1) * WINDOW_MS;
        Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<List<String>> pages = List.of(pagesOf(producer, 0), pagesOf(producer, 1));
            for (int window = 0; window < WINDOWS; window++) {
                for (int partition = 0; partition < (window < WINDOWS_OF_BOTH ? 2 : 1); partition++) {
                    for (String page : pages.get(partition)) {
                        sent.add(producer.send(view(partition, startMs + window * WINDOW_MS, page)));
                    }
                }
            }
            // Nothing is due for these, but they move time on for the windows above.
            for (String page : pages.get(0)) {
                sent.add(producer.send(view(0, startMs + WINDOWS * WINDOW_MS + 2_000, page)));
            }
            for (Future<RecordMetadata> record : sent) {
                record.get();
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> view(int partition, long timeMs, String page) {
        byte[] bytes = page.getBytes(UTF_8);
        return new ProducerRecord<>(INPUT, partition, timeMs, bytes, bytes);
    }

    /** Pages that Kafka's own partitioner puts into a partition, of the input and of the repartition topic of Kafka Streams alike. */
    private static List<String> pagesOf(Producer<byte[], byte[]> producer, int partition) {
        List<String> pages = new ArrayList<>();
        int partitions = producer.partitionsFor(INPUT).size();
        for (int i = 0; pages.size() < PAGES_PER_PARTITION; i++) {
            String page = "/page-" + i;
            if (Utils.toPositive(Utils.murmur2(page.getBytes(UTF_8))) % partitions == partition) {
                pages.add(page);
            }
        }
        return pages;
    }

    private long written(String topic) {
        return broker.readCommitted(topic, value -> {});
    }

    private static void say(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }
}
