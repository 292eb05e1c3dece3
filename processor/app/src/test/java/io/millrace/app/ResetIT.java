package io.millrace.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.LocalBroker;
import io.millrace.local.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace reset} between runs of a job with state, on a real broker. */
final class ResetIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long START_MS = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @TempDir
    private Path directory;

    private LocalBroker broker;
    private Path job;

    @BeforeEach
    void start() throws Exception {
        broker = LocalBroker.start();
        Topics.create(broker.bootstrapServers(), "views", 2, Map.of("retention.ms", "-1"));
        Topics.create(broker.bootstrapServers(), "counts", 1);
        job = Files.writeString(directory.resolve("job.yaml"), """
                job: counting
                kafka: {bootstrap.servers: '%s'}
                sources:
                  views: {topic: views, format: string}
                steps:
                  - aggregate: {name: per_page, by: value, values: {views: COUNT(*)}}
                  - to: counts
                sinks:
                  counts: {topic: counts, key: value}
                """.formatted(broker.bootstrapServers()));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void a_job_begins_anew_where_it_is_told_to_and_without_its_state() throws Exception {
        view("/a", "/b", "/a");
        run();
        assertThat(counts()).containsExactlyInAnyOrder("/a 1", "/b 1", "/a 2");

        CommandRun shown = CommandRun.of("reset", job.toString(), "--to", "earliest");
        assertThat(shown.exitCode()).as(shown.all()).isZero();
        assertThat(shown.out()).isEqualToNormalizingNewlines("""
                counting begins anew at earliest:
                  views-0  is at 2, begins at 0
                  views-1  is at 1, begins at 0
                its state, and what is on its way between its stages, is deleted:
                  counting-per_page-changelog
                  counting-per_page-repartition
                nothing was changed; add --yes to do it
                """);
        run();
        assertThat(counts()).as("nothing was changed").hasSize(3);

        reset("earliest");
        run();
        assertThat(counts()).containsExactlyInAnyOrder("/a 1", "/b 1", "/a 2", "/a 1", "/b 1", "/a 2");

        reset("latest");
        view("/a");
        run();
        assertThat(counts().subList(6, 7)).containsExactly("/a 1");

        // The views are a minute apart.
        reset("2026-01-01T00:01:00Z");
        run();
        assertThat(counts().subList(7, counts().size())).containsExactlyInAnyOrder("/b 1", "/a 1", "/a 2");
    }

    @Test
    void a_job_that_runs_is_not_touched() throws Exception {
        view("/a");
        try (ChildMillrace running = new ChildMillrace(directory, Map.of(), "run", job.toString())) {
            long deadlineNs = System.nanoTime() + LIMIT.toNanos();
            while (counts().isEmpty()) {
                assertThat(System.nanoTime()).as(running::toString).isLessThan(deadlineNs);
                LockSupport.parkNanos(20_000_000);
            }
            CommandRun refused = CommandRun.of("reset", job.toString(), "--to", "earliest", "--yes");
            assertThat(refused.exitCode()).isOne();
            assertThat(refused.err()).contains("the job runs: counting-", "Stop all instances", "nothing was changed");
            running.terminate();
            assertThat(running.awaitExit(LIMIT)).isZero();
        }
        view("/a");
        // Its member keeps its place for a while; the reset waits for that.
        reset("latest");
        view("/a");
        run();
        assertThat(counts()).containsExactly("/a 1", "/a 1");
    }

    @Test
    void a_place_that_is_none_is_told() {
        CommandRun run = CommandRun.of("reset", job.toString(), "--to", "yesterday");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("--to: 'yesterday' is no place: write earliest, latest, or a time such as"
                        + " 2026-01-31T10:00:00Z");
    }

    private void reset(String to) {
        CommandRun run = CommandRun.of("reset", job.toString(), "--to", to, "--yes");
        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.out()).endsWith("done; start counting when you like" + System.lineSeparator());
    }

    private void run() throws Exception {
        try (ChildMillrace run = new ChildMillrace(directory, Map.of(), "run", job.toString(), "--until-end")) {
            assertThat(run.awaitExit(LIMIT)).as(run.err()).isZero();
        }
    }

    /** One in each partition in turn. */
    private void view(String... pages) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < pages.length; i++) {
                producer.send(new ProducerRecord<>("views", i % 2, START_MS + i * 60_000L, null, pages[i]))
                        .get();
            }
        }
    }

    private List<String> counts() {
        return Topics.readCommitted(broker.bootstrapServers(), "counts").stream()
                .map(record -> new String(record.value(), UTF_8)
                        .replaceAll("\\{\"value\":\"(.*)\",\"views\":(\\d+)}", "$1 $2"))
                .toList();
    }
}
