package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.ClickProducer;
import io.millrace.local.Clicks;
import io.millrace.local.LocalBroker;
import io.millrace.local.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace run} in a process of its own against a real broker. */
final class RunIT {
    private static final Clicks CLICKS = Clicks.of(3, Instant.parse("2026-01-01T00:00:00Z"), 100);
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static LocalBroker broker;

    @TempDir
    Path directory;

    @BeforeAll
    static void startBroker() {
        broker = LocalBroker.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void until_end_writes_every_window_and_exits_with_0() throws Exception {
        Path job = job("bounded", "");
        produce("bounded.clicks", 10_000);
        try (ChildMillrace run = run("run", job.toString(), "--until-end")) {
            assertThat(run.awaitExit(LIMIT)).as(run.err()).isZero();
        }
        long views = Topics.readCommitted(broker.bootstrapServers(), "bounded.stats").stream()
                .mapToLong(record -> views(new String(record.value(), StandardCharsets.UTF_8)))
                .sum();
        assertThat(views).isEqualTo(10_000);
    }

    @Test
    void sigterm_finishes_the_open_transaction_and_exits_with_0() throws Exception {
        Path job = job("stopped", "");
        produce("stopped.clicks", 10_000);
        try (ChildMillrace run = run("run", job.toString())) {
            await(
                    () -> !Topics.readCommitted(broker.bootstrapServers(), "stopped.stats")
                            .isEmpty(),
                    run);
            run.terminate();
            assertThat(run.awaitExit(Duration.ofSeconds(15))).as(run.err()).isZero();
        }
        assertThat(Topics.readUncommitted(broker.bootstrapServers(), "stopped.stats"))
                .hasSameSizeAs(Topics.readCommitted(broker.bootstrapServers(), "stopped.stats"));
    }

    @Test
    void a_bad_record_fails_the_job_with_its_place_and_exit_code_1() throws Exception {
        Path job = job("failing", "");
        Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("failing.clicks", 1, null, "secret, not JSON"))
                    .get();
        }
        try (ChildMillrace run = run("run", job.toString())) {
            assertThat(run.awaitExit(LIMIT)).as(run.err()).isEqualTo(1);
            assertThat(run.err()).contains("millrace: ", "failing.clicks-1@0").doesNotContain("secret");
        }
    }

    @Test
    void a_missing_topic_is_named_with_exit_code_1() throws Exception {
        Path job = write("absent", "");
        try (ChildMillrace run = run("run", job.toString())) {
            assertThat(run.awaitExit(LIMIT)).as(run.err()).isEqualTo(1);
            assertThat(run.err()).contains("absent.clicks does not exist", "absent.stats does not exist");
        }
    }

    @Test
    void the_admin_server_tells_when_it_is_ready() throws Exception {
        Path job = job("watched", "runtime: {workers: 1, admin: {listen: '127.0.0.1:0'}}\n");
        try (ChildMillrace run = run("run", job.toString())) {
            Pattern logged = Pattern.compile("admin server at (http://\\S+)");
            await(() -> logged.matcher(text(run)).find(), run);
            Matcher matcher = logged.matcher(text(run));
            assertThat(matcher.find()).isTrue();
            String address = matcher.group(1);
            await(() -> get(address + "/readyz").statusCode() == 200, run);
            assertThat(get(address + "/livez").statusCode()).isEqualTo(200);
            assertThat(get(address + "/status").body()).contains("\"state\":\"running\"");
            assertThat(get(address + "/metrics").body()).contains("millrace_checkpoints");
        }
    }

    private Path job(String name, String runtime) throws Exception {
        Topics.create(broker.bootstrapServers(), name + ".clicks", 2);
        Topics.create(broker.bootstrapServers(), name + ".stats", 2);
        return write(name, runtime);
    }

    private Path write(String name, String runtime) throws Exception {
        String yaml = """
                job: %1$s
                kafka:
                  bootstrap.servers: ${KAFKA}
                sources:
                  clicks:
                    topic: %1$s.clicks
                    schema: {page: STRING, ts: TIMESTAMP_LTZ}
                    event.time: ts
                    watermark: {lag: 5s}
                steps:
                  - aggregate: {name: per_10s, by: page, window: {tumbling: 10s}, values: {views: COUNT(*)}}
                  - to: stats
                sinks:
                  stats: {topic: %1$s.stats, key: [page, window_start]}
                """.formatted(name);
        return Files.writeString(directory.resolve(name + ".yaml"), yaml + runtime);
    }

    private static void produce(String topic, long count) {
        try (ClickProducer producer = new ClickProducer(broker.bootstrapServers(), topic, CLICKS)) {
            producer.send(0, count);
        }
    }

    private ChildMillrace run(String... args) throws Exception {
        return new ChildMillrace(directory, Map.of("KAFKA", broker.bootstrapServers()), args);
    }

    private static long views(String json) {
        Matcher views = Pattern.compile("\"views\":\\s*(\\d+)").matcher(json);
        assertThat(views.find()).as(json).isTrue();
        return Long.parseLong(views.group(1));
    }

    private static String text(ChildMillrace run) {
        try {
            return run.err();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpResponse<String> get(String uri) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(BooleanSupplier condition, ChildMillrace run) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as(() -> "in time; its log:\n" + text(run))
                    .isLessThan(deadlineNs);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
