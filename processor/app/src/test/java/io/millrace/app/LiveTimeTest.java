package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.app.admin.AdminServer;
import io.millrace.engine.task.HeldBack;
import io.millrace.runtime.InstanceStatus;
import io.millrace.runtime.InstanceStatus.State;
import io.millrace.runtime.InstanceStatus.TaskView;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveTimeTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:01:41Z");
    private static final long SINCE_MS = NOW.minusSeconds(41).toEpochMilli();
    private static final long OLD_MS = Instant.parse("2025-12-31T23:00:00Z").toEpochMilli();

    @Test
    void a_task_is_followed_to_the_partition_that_all_wait_for() throws IOException {
        InstanceStatus status = new InstanceStatus(
                true,
                true,
                List.of(),
                List.of(
                        new TaskView(
                                "0_2", State.RUNNING, OLD_MS, "ACTIVE", new HeldBack("clicks-2", OLD_MS, SINCE_MS)),
                        new TaskView(
                                "1_0", State.RUNNING, OLD_MS, "ACTIVE", new HeldBack("task 0_2", OLD_MS, SINCE_MS)),
                        new TaskView(
                                "1_1",
                                State.RUNNING,
                                Long.MIN_VALUE,
                                "ACTIVE",
                                new HeldBack("task 0_9", Long.MIN_VALUE, SINCE_MS)),
                        new TaskView("0_3", State.RUNNING, OLD_MS, "IDLE", null)),
                1);
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (AdminServer server = AdminServer.start(":0", () -> status, metrics)) {
            assertThat(LiveTime.text(LiveTime.ask(server.address()), NOW)).isEqualTo("""
                    task 0_2  running  watermark 2025-12-31T23:00:00Z  held back by clicks-2 (2025-12-31T23:00:00Z, for 41 s)
                    task 1_0  running  watermark 2025-12-31T23:00:00Z  held back by task 0_2 (2025-12-31T23:00:00Z, for 41 s), that one by clicks-2 (2025-12-31T23:00:00Z, for 41 s)
                    task 1_1  running  watermark unknown  held back by task 0_9 (no time yet, for 41 s)
                    task 0_3  running  watermark 2025-12-31T23:00:00Z (idle)
                    """);
        }
    }

    @Test
    void where_nobody_listens_it_says_what_to_look_at() {
        assertThatThrownBy(() -> LiveTime.ask("127.0.0.1:1"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("no instance answers at http://127.0.0.1:1")
                .hasMessageContaining("runtime.admin.listen");
    }

    @Test
    void what_others_answer_is_refused() {
        assertThatThrownBy(() -> LiveTime.text("<html>", NOW))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("no answer of an instance");
        assertThatThrownBy(() -> LiveTime.text("{}", NOW))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("it lists no tasks");
    }
}
