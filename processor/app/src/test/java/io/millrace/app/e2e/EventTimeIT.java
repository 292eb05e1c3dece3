package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.ChildBroker;
import io.millrace.local.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Event time on a real broker that deletes by age, as brokers do: silent partitions, restarts, old data beside new. */
final class EventTimeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int SILENT = 2;

    @TempDir
    static Path directory;

    private static ChildBroker broker;

    @BeforeAll
    static void startBroker() {
        // Nothing but that retention looks soon, and then often; how long topics are kept is the broker's default.
        broker = ChildBroker.start(
                directory.resolve("broker"),
                Map.of("log.retention.check.interval.ms", "500", "log.initial.task.delay.ms", "500"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void a_silent_partition_does_not_hold_windows_open_not_even_after_a_restart() throws Exception {
        Path job = job("silence", """
                sources:
                  clicks:
                    topic: silence.clicks
                    schema: {page: STRING, ts: BIGINT}
                    event.time: ts
                    watermark: {idle: 2s}
                steps:
                  - from: clicks
                  - aggregate: {name: views, by: page, window: {tumbling: 10s}, values: {n: COUNT(*)}}
                  - to: counts
                sinks:
                  counts: {topic: silence.counts}
                """);
        Topics.create(broker.bootstrapServers(), "silence.clicks", 3);
        Topics.create(broker.bootstrapServers(), "silence.counts", 1);
        // One partition never has a record.
        produce("silence.clicks", 0, 1_000, 25_000);
        produce("silence.clicks", 1, 2_000, 25_000);
        try (MillraceProcess run = run(job, "silence-1")) {
            awaitWindows("silence.counts", Set.of("0"), run);
            run.kill();
        }
        try (MillraceProcess run = run(job, "silence-2")) {
            produce("silence.clicks", 0, 45_000);
            produce("silence.clicks", 1, 45_000);
            awaitWindows("silence.counts", Set.of("0", "20000"), run);
            run.kill();
        }
        // A second one falls silent, and a third is all there is after another restart.
        try (MillraceProcess run = run(job, "silence-3")) {
            produce("silence.clicks", 1, 65_000);
            awaitWindows("silence.counts", Set.of("0", "20000", "40000"), run);
            run.terminate();
            assertThat(run.exitCode(LIMIT)).as(run.output()).isZero();
        }
        assertThat(end("silence.clicks", SILENT)).isZero();
        assertThat(values("silence.counts")).hasSize(3);
    }

    @Test
    void a_backfill_of_old_data_and_a_live_stream_run_side_by_side() throws Exception {
        Path job = job("backfill", """
                sources:
                  old:
                    topic: backfill.old
                    schema: {page: STRING, ts: BIGINT}
                    event.time: ts
                    watermark: {idle: 3s}
                  live:
                    topic: backfill.live
                    schema: {page: STRING, ts: BIGINT}
                    event.time: ts
                    watermark: {idle: 3s}
                steps:
                  - from: old
                  - set: {origin: "'old'"}
                  - as: before
                  - from: live
                  - set: {origin: "'live'"}
                  - as: now
                  - union: [before, now]
                  - aggregate: {name: views, by: origin, window: {tumbling: 1h}, values: {n: COUNT(*)}}
                  - to: counts
                sinks:
                  counts: {topic: backfill.counts}
                """);
        int hours = 30;
        int perHour = 6;
        Instant now = Instant.now();
        Instant old = now.minus(5 * 365, ChronoUnit.DAYS).truncatedTo(ChronoUnit.HOURS);
        // The input is kept for the backfill; all else has the broker's defaults.
        Topics.create(broker.bootstrapServers(), "backfill.old", 2, Map.of("retention.ms", "-1"));
        Topics.create(broker.bootstrapServers(), "backfill.live", 2);
        Topics.create(broker.bootstrapServers(), "backfill.counts", 1);
        Topics.create(broker.bootstrapServers(), "backfill.control", 1);
        for (int row = 0; row < hours * perHour; row++) {
            long timeMs = old.plusSeconds(row * 3600L / perHour).toEpochMilli();
            produceDated("backfill.old", row % 2, timeMs, timeMs);
        }
        produce("backfill.live", 0, now.minus(2, ChronoUnit.HOURS).toEpochMilli(), now.toEpochMilli());
        List<String> results;
        try (MillraceProcess run = run(job, "backfill")) {
            Await.until(
                    () -> values("backfill.counts").size() > hours || !run.isAlive(),
                    LIMIT,
                    () -> values("backfill.counts") + "\n" + run.output());
            // Retention has run since the results were written when it has deleted an old record that was written after
            // them.
            produceDated("backfill.control", 0, old.toEpochMilli(), old.toEpochMilli());
            Await.until(() -> beginning("backfill.control", 0) == 1, LIMIT, () -> "retention did not run");
            results = values("backfill.counts");
            run.terminate();
            assertThat(run.exitCode(LIMIT)).as(run.output()).isZero();
        }
        List<String> expected = new ArrayList<>();
        for (int hour = 0; hour < hours; hour++) {
            expected.add(result("old", old.plus(hour, ChronoUnit.HOURS), perHour));
        }
        expected.add(result("live", now.minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.HOURS), 1));
        assertThat(results).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static String result(String origin, Instant start, int rows) {
        return "{\"origin\":\"" + origin + "\",\"window_start\":\"" + time(start) + "\",\"window_end\":\""
                + time(start.plus(1, ChronoUnit.HOURS)) + "\",\"n\":" + rows + "}";
    }

    private static String time(Instant instant) {
        return instant.toString().replace("Z", ".000Z");
    }

    private static Path job(String name, String text) throws IOException {
        String head = "job: " + name + "\nkafka: {bootstrap.servers: '" + broker.bootstrapServers()
                + "'}\nruntime: {workers: 1, state: {dir: '" + directory.resolve("state") + "'}}\n";
        return Files.writeString(directory.resolve(name + ".yaml"), head + text);
    }

    private static MillraceProcess run(Path job, String log) {
        return MillraceProcess.start(directory.resolve(log + ".log"), job, Map.of());
    }

    /** Waits until windows with just these starts, in milliseconds, have a result. */
    private static void awaitWindows(String topic, Set<String> startsMs, MillraceProcess run) {
        Set<String> wanted = new TreeSet<>();
        startsMs.forEach(start -> wanted.add(time(Instant.ofEpochMilli(Long.parseLong(start)))));
        Await.until(
                () -> starts(topic).equals(wanted) || !run.isAlive(),
                LIMIT,
                () -> "wanted " + wanted + ", got " + values(topic) + "\n" + run.output());
        assertThat(starts(topic)).as(run.output()).isEqualTo(wanted);
    }

    private static Set<String> starts(String topic) {
        Set<String> starts = new TreeSet<>();
        for (String value : values(topic)) {
            starts.add(value.replaceAll(".*\"window_start\":\"([^\"]*)\".*", "$1"));
        }
        return starts;
    }

    private static List<String> values(String topic) {
        return PageStats.values(Topics.readCommitted(broker.bootstrapServers(), topic));
    }

    /** Records of today with these event times. */
    private static void produce(String topic, int partition, long... timesMs) {
        for (long timeMs : timesMs) {
            produceDated(topic, partition, timeMs, Instant.now().toEpochMilli());
        }
    }

    private static void produceDated(String topic, int partition, long timeMs, long timestampMs) {
        Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            String value = "{\"page\":\"/a\",\"ts\":" + timeMs + "}";
            var unused = producer.send(new ProducerRecord<>(topic, partition, timestampMs, null, value));
        }
    }

    private static long beginning(String topic, int partition) {
        return offset(topic, partition, OffsetSpec.earliest());
    }

    private static long end(String topic, int partition) {
        return offset(topic, partition, OffsetSpec.latest());
    }

    private static long offset(String topic, int partition, OffsetSpec spec) {
        TopicPartition place = new TopicPartition(topic, partition);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            return Offsets.get(admin.listOffsets(Map.of(place, spec)).partitionResult(place))
                    .offset();
        }
    }
}
