package io.millrace.app.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.engine.task.HeldBack;
import io.millrace.runtime.InstanceStatus;
import io.millrace.runtime.InstanceStatus.RestoreView;
import io.millrace.runtime.InstanceStatus.State;
import io.millrace.runtime.InstanceStatus.TaskView;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AdminServerTest {
    private static final InstanceStatus RESTORING = new InstanceStatus(
            true,
            false,
            List.of("task 1_0 is being \"restored\""),
            List.of(
                    new TaskView(
                            "0_0",
                            State.RUNNING,
                            1_767_225_600_000L,
                            "ACTIVE",
                            new HeldBack("clicks-3", 1_767_225_600_000L, 1_767_225_660_000L)),
                    new TaskView(
                            "1_0",
                            State.RESTORING,
                            Long.MIN_VALUE,
                            "ACTIVE",
                            null,
                            new RestoreView(41, 590_000, 59_000_000, null))),
            7);
    private static final InstanceStatus READY = new InstanceStatus(true, true, List.of(), List.of(), 8);
    private static final InstanceStatus FAILED = new InstanceStatus(false, false, List.of(), List.of(), 8);

    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile InstanceStatus status = RESTORING;
    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server = AdminServer.start(":0", () -> status, metrics);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listens_on_loopback_where_no_host_is_named() {
        assertThat(server.address()).startsWith("127.0.0.1:");
    }

    @Test
    void ready_says_why_not() throws Exception {
        HttpResponse<String> not = get("/readyz");
        assertThat(not.statusCode()).isEqualTo(503);
        assertThat(not.body()).isEqualTo("{\"ok\":false,\"reasons\":[\"task 1_0 is being \\\"restored\\\"\"]}\n");
        status = READY;
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").body()).isEqualTo("{\"ok\":true,\"reasons\":[]}\n");
    }

    @Test
    void live_until_the_job_has_failed() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        status = FAILED;
        assertThat(get("/livez").statusCode()).isEqualTo(503);
    }

    @Test
    void status_shows_tasks_with_their_watermarks() throws Exception {
        HttpResponse<String> answer = get("/status");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.body())
                .isEqualTo("{\"live\":true,\"ready\":false,\"reasons\":[\"task 1_0 is being \\\"restored\\\"\"],"
                        + "\"checkpoints\":7,\"tasks\":["
                        + "{\"task\":\"0_0\",\"state\":\"running\",\"time\":\"active\",\"watermark\":\"2026-01-01T00:00:00Z\","
                        + "\"heldBackBy\":\"clicks-3\",\"heldBackAt\":\"2026-01-01T00:00:00Z\",\"heldBackSince\":\"2026-01-01T00:01:00Z\"},"
                        + "{\"task\":\"1_0\",\"state\":\"restoring\",\"time\":\"active\",\"watermark\":null,"
                        + "\"restoredPercent\":41,\"remainingRecords\":590000,\"remainingBytes\":59000000,\"waitsFor\":null}]}\n");
    }

    @Test
    void metrics_are_prometheus_text() throws Exception {
        metrics.counter("millrace.records.in", "step", "clicks").increment(3);
        assertThat(get("/metrics").body()).contains("millrace_records_in_total{step=\"clicks\"} 3.0");
    }

    @Test
    void other_paths_and_methods_are_refused() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/status/x").statusCode()).isEqualTo(404);
        HttpRequest post = HttpRequest.newBuilder(uri("/status"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
    }

    @Test
    void a_taken_port_is_named() {
        assertThatThrownBy(() -> AdminServer.start(server.address(), () -> status, metrics))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the admin server cannot listen at " + server.address() + ": ");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://" + server.address() + path);
    }
}
