package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.ChildBroker;
import io.millrace.local.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One job works off rows that are five years old and rows of now, into topics that a broker keeps for a week. */
class BackfillIT {
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String OLD = "visits.old";
    private static final String LIVE = "visits.live";
    private static final String OLD_STATS = "stats.old";
    private static final String LIVE_STATS = "stats.live";
    private static final String CONTROL = "control";
    private static final int PARTITIONS = 2;
    private static final int VISITS = 20_000;
    private static final int PAGES = 7;
    private static final long STEP_MS = 50;
    private static final long MINUTE_MS = 60_000;

    private static final String JOB = """
            job: backfill
            kafka: {bootstrap.servers: '${KAFKA}'}
            sources:
              old:
                topic: visits.old
                schema: {page: STRING, ts: TIMESTAMP_LTZ}
                event.time: ts
                watermark: {lag: 5s}
              live:
                topic: visits.live
                schema: {page: STRING, ts: TIMESTAMP_LTZ}
                event.time: ts
                watermark: {lag: 5s}
            steps:
              - from: old
              - aggregate:
                  name: old_1m
                  by: page
                  window: {tumbling: 1m}
                  values: {visits: COUNT(*)}
              - to: old_stats
              - from: live
              - aggregate:
                  name: live_1m
                  by: page
                  window: {tumbling: 1m}
                  values: {visits: COUNT(*)}
              - to: live_stats
            sinks:
              old_stats: {topic: stats.old, key: [page, window_start]}
              live_stats: {topic: stats.live, key: [page, window_start]}
            runtime:
              checkpoint.interval: 100ms
              state: {dir: '${STATE}', memory: 64MB}
              admin: {listen: '127.0.0.1:0'}
            """;

    private static final List<String> INTERNAL = List.of(
            "backfill-old_1m-repartition",
            "backfill-old_1m-changelog",
            "backfill-live_1m-repartition",
            "backfill-live_1m-changelog");

    @TempDir
    Path directory;

    private ChildBroker broker;
    private Admin admin;

    @BeforeEach
    void start() {
        broker = ChildBroker.start(
                directory.resolve("broker"),
                Map.of(
                        "num.partitions", "1",
                        "log.initial.task.delay.ms", "500",
                        "log.retention.check.interval.ms", "500"));
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        Topics.create(broker.bootstrapServers(), OLD, PARTITIONS, Map.of("retention.ms", "-1"));
        for (String topic : List.of(LIVE, OLD_STATS, LIVE_STATS)) {
            Topics.create(broker.bootstrapServers(), topic, PARTITIONS);
        }
        Topics.create(broker.bootstrapServers(), CONTROL, 1);
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void results_of_old_rows_outlive_retention_beside_those_of_new_rows() throws Exception {
        long startedMs = System.currentTimeMillis();
        long oldMs = fiveYearsBefore(startedMs);
        long liveMs = startedMs - VISITS * STEP_MS;
        write(OLD, oldMs);
        write(LIVE, liveMs);
        Path job = Files.writeString(directory.resolve("backfill.yaml"), JOB);
        Map<String, String> environment = Map.of(
                "KAFKA",
                broker.bootstrapServers(),
                "STATE",
                directory.resolve("state").toString());
        try (MillraceProcess run =
                MillraceProcess.start(directory.resolve("run.log"), job, environment, "--until-end")) {
            assertThat(run.exitCode(LIMIT)).as(run::output).isZero();
            Map<TopicPartition, Long> internal = internalBeginnings();

            // A pass of retention that deletes the second one has begun after the results were there.
            awaitRetention(1, oldMs);
            awaitRetention(2, oldMs);

            verify(OLD_STATS, oldMs, run);
            verify(LIVE_STATS, liveMs, run);
            for (ConsumerRecord<byte[], byte[]> result : read(OLD_STATS)) {
                assertThat(result.timestamp()).as("stamped by the wall clock").isGreaterThanOrEqualTo(startedMs);
                assertThat(eventTimeMs(result)).as("kept").isBetween(oldMs, oldMs + VISITS * STEP_MS + MINUTE_MS);
            }
            for (ConsumerRecord<byte[], byte[]> result : read(LIVE_STATS)) {
                assertThat(result.timestamp()).as("event time, or now if that is to come").isGreaterThan(liveMs);
            }
            assertThat(internalBeginnings()).as("what retention left of internal topics").isEqualTo(internal);
        }
    }

    private static long fiveYearsBefore(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC).minusYears(5).toInstant().toEpochMilli();
    }

    /** Visits from a time on, stamped with it. */
    private void write(String topic, long fromMs) {
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            for (int visit = 0; visit < VISITS; visit++) {
                long timeMs = fromMs + visit * STEP_MS;
                String json = "{\"page\":\"p" + visit % PAGES + "\",\"ts\":\"" + Instant.ofEpochMilli(timeMs) + "\"}";
                var unused = producer.send(
                        new ProducerRecord<>(topic, visit % PARTITIONS, timeMs, null, json.getBytes(UTF_8)));
            }
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Waits until the broker has deleted an old record that is written now, which is the {@code count}-th. */
    private void awaitRetention(long count, long oldMs) {
        TopicPartition control = new TopicPartition(CONTROL, 0);
        try (KafkaProducer<byte[], byte[]> producer = producer()) {
            var unused = producer.send(new ProducerRecord<>(CONTROL, 0, oldMs, null, new byte[1]));
        }
        Await.until(
                () -> beginnings(List.of(control)).get(control) == count,
                LIMIT,
                () -> "retention did not run: " + beginnings(List.of(control)));
    }

    private void verify(String topic, long fromMs, MillraceProcess run) {
        assertThat(read(topic).stream().map(result -> new String(result.value(), UTF_8)))
                .as(run::output)
                .containsExactlyInAnyOrderElementsOf(expected(fromMs));
    }

    private static List<String> expected(long fromMs) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int visit = 0; visit < VISITS; visit++) {
            long startMs = Math.floorDiv(fromMs + visit * STEP_MS, MINUTE_MS) * MINUTE_MS;
            String window = "{\"page\":\"p" + visit % PAGES + "\",\"window_start\":\"" + text(startMs)
                    + "\",\"window_end\":\"" + text(startMs + MINUTE_MS) + "\",\"visits\":";
            counts.merge(window, 1, Integer::sum);
        }
        List<String> results = new ArrayList<>();
        counts.forEach((window, count) -> results.add(window + count + "}"));
        return results;
    }

    private static String text(long minuteMs) {
        return Instant.ofEpochMilli(minuteMs).toString().replace("Z", ".000Z");
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        return Topics.readCommitted(broker.bootstrapServers(), topic);
    }

    private static long eventTimeMs(ConsumerRecord<byte[], byte[]> result) {
        Header header = result.headers().lastHeader("millrace.event.time");
        assertThat(header).as("the header with the event time").isNotNull();
        return Instant.parse(new String(header.value(), UTF_8)).toEpochMilli();
    }

    private Map<TopicPartition, Long> internalBeginnings() {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : INTERNAL) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                partitions.add(new TopicPartition(topic, partition));
            }
        }
        return beginnings(partitions);
    }

    private Map<TopicPartition, Long> beginnings(List<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, OffsetSpec.earliest()));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        World.get(admin.listOffsets(specs).all()).forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }
}
