package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Clicks;
import io.millrace.local.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records, topics and brokers that are not as they should be. */
class BadInputIT {
    private static final long CLICKS = 2_000;

    @TempDir
    Path directory;

    @Test
    void an_undecodable_record_stops_the_job_and_is_named() throws Exception {
        try (World world = new World(directory, false)) {
            world.writeClicks(CLICKS);
            long offset = poison(world, 2);
            MillraceProcess run = world.start("state", Map.of(), "--until-end");
            assertThat(run.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(run.output())
                    .contains("clicks-2@" + offset)
                    .contains("errors.tolerance")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void a_tolerated_record_goes_to_the_dead_letter_topic_with_its_bytes_and_where_it_was() throws Exception {
        try (World world = new World(directory, true)) {
            Clicks clicks = world.writeClicks(CLICKS);
            long offset = poison(world, 1);
            MillraceProcess run = world.start("state", Map.of(), "--until-end");
            assertThat(run.exitCode(World.LIMIT)).as(world::logs).isZero();
            List<ConsumerRecord<byte[], byte[]>> letters =
                    Topics.readCommitted(world.brokers(), PageStats.DEAD_LETTERS);
            assertThat(letters).hasSize(1);
            assertThat(new String(letters.get(0).value(), UTF_8)).isEqualTo("{\"page\": s3cret");
            assertThat(header(letters.get(0), "topic")).isEqualTo("clicks");
            assertThat(header(letters.get(0), "partition")).isEqualTo("1");
            assertThat(header(letters.get(0), "offset")).isEqualTo(Long.toString(offset));
            assertThat(header(letters.get(0), "step")).isEqualTo("clicks");
            assertThat(world.output()).containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, CLICKS));
        }
    }

    @Test
    void a_missing_topic_is_named() throws Exception {
        try (World world = new World(directory, false)) {
            Offsets.get(Admin.create(Map.of("bootstrap.servers", world.brokers()))
                    .deleteTopics(List.of(PageStats.SINK))
                    .all());
            MillraceProcess run = world.start("state", Map.of());
            assertThat(run.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(run.output()).contains("topic page.stats.1m does not exist");
        }
    }

    @Test
    void an_internal_topic_with_another_partition_count_is_named() throws Exception {
        try (World world = new World(directory, false)) {
            Topics.create(world.brokers(), "page-stats-page_1m-changelog", 3, Map.of("cleanup.policy", "compact"));
            MillraceProcess run = world.start("state", Map.of());
            assertThat(run.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(run.output()).contains("page-stats-page_1m-changelog has 3 partitions, but the job needs 4");
        }
    }

    @Test
    void an_unreachable_broker_is_waited_for_and_readyz_says_so() throws Exception {
        try (World world = new World(directory, false)) {
            int admin = freePort();
            String nowhere = "127.0.0.1:" + freePort();
            MillraceProcess run = world.start("state", Map.of("KAFKA", nowhere, "ADMIN", Integer.toString(admin)));
            HttpClient http = HttpClient.newHttpClient();
            HttpRequest readyz = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/readyz"))
                    .build();
            Await.until(() -> body(http, readyz).contains(nowhere), Duration.ofSeconds(60), run::output);
            run.terminate();
            assertThat(run.exitCode(Duration.ofSeconds(60))).as(world::logs).isZero();
        }
    }

    private static String body(HttpClient http, HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 503 ? response.body() : "";
        } catch (IOException notUpYet) {
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Writes a record that is no JSON to a partition, and returns its offset. */
    private static long poison(World world, int partition) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", world.brokers()), new ByteArraySerializer(), new ByteArraySerializer())) {
            return producer.send(new ProducerRecord<>(
                            PageStats.SOURCE, partition, null, "{\"page\": s3cret".getBytes(UTF_8)))
                    .get()
                    .offset();
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(
                record.headers().lastHeader("__millrace.errors." + name).value(), UTF_8);
    }
}
