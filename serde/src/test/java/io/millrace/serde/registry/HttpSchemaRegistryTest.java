package io.millrace.serde.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.registry.FakeRegistry.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HttpSchemaRegistryTest {
    private static final RegistryAuth NONE = new RegistryAuth.None();

    private final FakeRegistry server = new FakeRegistry();
    private final List<Long> pauses = new ArrayList<>();
    private long nowMs = 5_000;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_schema_is_fetched_once_by_its_id() {
        server.replies.put("GET /schemas/ids/7", new Reply(200, "{\"schema\":\"\\\"string\\\"\",\"references\":[]}"));
        SchemaRegistry registry = registry(NONE, server.url());
        assertThat(registry.schemaById(7)).isEqualTo("\"string\"");
        assertThat(registry.schemaById(7)).isEqualTo("\"string\"");
        assertThat(server.requests).containsExactly("GET /schemas/ids/7");
        assertThat(server.authorizations).containsExactly("null");
    }

    @Test
    void an_unknown_id_is_believed_for_a_while_and_then_asked_again() {
        SchemaRegistry registry = registry(NONE, server.url());
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> registry.schemaById(8))
                    .isInstanceOf(UnknownSchemaException.class)
                    .hasMessage("schema registry " + server.url() + " has no schema with id 8");
        }
        assertThat(server.requests).hasSize(1);
        server.replies.put("GET /schemas/ids/8", new Reply(200, "{\"schema\":\"\\\"int\\\"\"}"));
        nowMs += HttpSchemaRegistry.UNKNOWN_TTL_MS;
        assertThat(registry.schemaById(8)).isEqualTo("\"int\"");
    }

    @Test
    void a_schema_with_references_is_not_supported_and_says_so() {
        server.replies.put(
                "GET /schemas/ids/9",
                new Reply(
                        200, "{\"references\":[{\"name\":\"a\",\"subject\":\"b\",\"version\":1}],\"schema\":\"{}\"}"));
        assertThatThrownBy(() -> registry(NONE, server.url()).schemaById(9))
                .isInstanceOf(UnknownSchemaException.class)
                .hasMessageContaining("refers to other schemas");
    }

    @Test
    void the_latest_version_of_a_subject_is_found_or_absent() {
        server.replies.put(
                "GET /subjects/a%2Fb%20c-value/versions/latest",
                new Reply(200, "{\"subject\":\"a/b c-value\",\"version\":3,\"id\":12,\"schema\":\"\\\"int\\\"\"}"));
        server.replies.put(
                "GET /subjects/p-value/versions/latest",
                new Reply(
                        200,
                        "{\"subject\":\"p-value\",\"version\":1,\"id\":2,\"schemaType\":\"PROTOBUF\",\"schema\":\"x\"}"));
        SchemaRegistry registry = registry(NONE, server.url());
        assertThat(registry.latest("a/b c-value"))
                .isEqualTo(new SchemaRegistry.Registered("a/b c-value", 3, 12, "AVRO", "\"int\""));
        assertThat(registry.latest("p-value")).extracting(r -> r.schemaType()).isEqualTo("PROTOBUF");
        assertThat(registry.latest("none-value")).isNull();
    }

    @Test
    void a_schema_is_registered_once() {
        server.replies.put("POST /subjects/t-value/versions", new Reply(200, "{\"id\":42}"));
        SchemaRegistry registry = registry(NONE, server.url());
        assertThat(registry.register("t-value", "AVRO", "\"int\"")).isEqualTo(42);
        assertThat(registry.register("t-value", "AVRO", "\"int\"")).isEqualTo(42);
        assertThat(server.requests).hasSize(1);
        assertThat(server.lastBody).isEqualTo("{\"schema\":\"\\\"int\\\"\"}");
        assertThat(server.lastContentType).isEqualTo("application/vnd.schemaregistry.v1+json");
        registry.register("t-value", "JSON", "{}");
        assertThat(server.lastBody).isEqualTo("{\"schemaType\":\"JSON\",\"schema\":\"{}\"}");
    }

    @Test
    void an_incompatible_schema_carries_the_registrys_reason() {
        SchemaRegistry registry = registry(NONE, server.url());
        for (int status : new int[] {409, 422}) {
            server.replies.put(
                    "POST /subjects/t-value/versions",
                    new Reply(status, "{\"error_code\":" + status + ",\"message\":\"reader is missing field x\"}"));
            assertThatThrownBy(() -> registry.register("t-value", "AVRO", "\"int\""))
                    .isInstanceOf(IncompatibleSchemaException.class)
                    .hasMessageContaining("subject \"t-value\": reader is missing field x");
        }
    }

    @Test
    void overload_and_errors_are_asked_again_with_growing_pauses() {
        server.next.add(new Reply(503, ""));
        server.next.add(new Reply(429, "{}"));
        server.next.add(new Reply(500, "{\"error_code\":50001,\"message\":\"store\"}"));
        server.next.add(new Reply(200, "{\"schema\":\"\\\"int\\\"\"}"));
        assertThat(registry(NONE, server.url()).schemaById(1)).isEqualTo("\"int\"");
        assertThat(pauses).containsExactly(100L, 200L, 300L);
    }

    @Test
    void a_registry_that_stays_down_is_unavailable_after_the_last_retry() {
        for (int i = 0; i < 4; i++) {
            server.next.add(new Reply(503, ""));
        }
        assertThatThrownBy(() -> registry(NONE, server.url()).schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessage("the schema registry did not answer in 4 attempts; at last " + server.url()
                        + " answered HTTP 503");
        assertThat(server.requests).hasSize(4);
    }

    @Test
    void the_next_url_answers_when_one_is_down_and_is_asked_first_from_then_on() {
        try (FakeRegistry down = new FakeRegistry();
                FakeRegistry good = new FakeRegistry()) {
            down.replies.put("GET /schemas/ids/1", new Reply(503, ""));
            good.replies.put("GET /schemas/ids/1", new Reply(200, "{\"schema\":\"\\\"int\\\"\"}"));
            SchemaRegistry registry = registry(NONE, down.url(), good.url());
            assertThat(registry.schemaById(1)).isEqualTo("\"int\"");
            assertThat(registry.latest("x")).isNull();
            assertThat(down.requests).hasSize(1);
            assertThat(pauses).isEmpty();
        }
    }

    @Test
    void a_refused_connection_is_an_unavailable_registry() throws IOException {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://localhost:" + socket.getLocalPort());
        }
        assertThatThrownBy(() -> registry(NONE, nobody).schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining(nobody + " failed: ConnectException");
    }

    @Test
    void a_silent_registry_is_given_up_after_the_timeout() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://localhost:" + silent.getLocalPort());
            RegistrySettings settings = new RegistrySettings(
                    List.of(url), NONE, Duration.ofSeconds(1), Duration.ofMillis(50), 0, Duration.ZERO, Duration.ZERO);
            SchemaRegistry registry = new HttpSchemaRegistry(settings, () -> nowMs, pauses::add);
            assertThatThrownBy(() -> registry.schemaById(1))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("gave no answer in 50 ms");
        }
    }

    @Test
    void credentials_are_sent_and_never_shown() {
        server.replies.put("GET /schemas/ids/1", new Reply(200, "{\"schema\":\"\\\"int\\\"\"}"));
        server.requiredAuthorization = "Basic dXNlcjpwYTpzcw==";
        assertThat(registry(new RegistryAuth.Basic("user", "pa:ss"), server.url())
                        .schemaById(1))
                .isEqualTo("\"int\"");
        URI withUser = URI.create(server.url().toString().replace("http://", "http://user:pa%3Ass@") + "/");
        assertThat(registry(NONE, withUser).schemaById(1)).isEqualTo("\"int\"");
        server.requiredAuthorization = "Bearer tok";
        assertThat(registry(new RegistryAuth.Bearer("tok"), server.url()).schemaById(1))
                .isEqualTo("\"int\"");
        assertThatThrownBy(() -> registry(NONE, withUser).schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("schema registry " + server.url() + " refused the credentials (HTTP 401)")
                .hasMessageNotContaining("pa%3Ass");
        assertThat(pauses).isEmpty();
        RegistrySettings settings = new RegistrySettings(List.of(withUser), new RegistryAuth.Basic("user", "secret"));
        assertThat(settings.toString()).doesNotContain("pa%3Ass").doesNotContain("secret");
        assertThat(new RegistryAuth.Bearer("secret").toString()).doesNotContain("secret");
    }

    @Test
    void what_is_no_registry_is_told_so() {
        server.replies.put("GET /schemas/ids/1", new Reply(404, "<html>Not here</html>"));
        server.replies.put("GET /schemas/ids/2", new Reply(200, "<html>Welcome</html>"));
        server.replies.put("GET /schemas/ids/3", new Reply(302, ""));
        SchemaRegistry registry = registry(NONE, server.url());
        for (int id = 1; id <= 3; id++) {
            int asked = id;
            assertThatThrownBy(() -> registry.schemaById(asked))
                    .isInstanceOf(RegistryUnavailableException.class)
                    .hasMessageContaining("is schema.registry.url right?");
        }
    }

    @Test
    void an_endless_answer_does_not_fill_the_heap() {
        server.replies.put("GET /schemas/ids/1", new Reply(200, " ".repeat(RegistryHttp.MAX_ANSWER_BYTES + 1)));
        assertThatThrownBy(() -> registry(NONE, server.url()).schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("more than 8388608 bytes");
    }

    @Test
    void an_interrupted_thread_stops_waiting_and_stays_interrupted() {
        server.next.add(new Reply(503, ""));
        RegistrySettings settings = new RegistrySettings(List.of(server.url()), NONE);
        SchemaRegistry registry = new HttpSchemaRegistry(settings, () -> nowMs, delay -> {
            throw new InterruptedException();
        });
        assertThatThrownBy(() -> registry.schemaById(1))
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    private SchemaRegistry registry(RegistryAuth auth, URI... urls) {
        RegistrySettings settings = new RegistrySettings(
                List.of(urls),
                auth,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                3,
                Duration.ofMillis(100),
                Duration.ofMillis(300));
        return new HttpSchemaRegistry(settings, () -> nowMs, pauses::add);
    }
}
