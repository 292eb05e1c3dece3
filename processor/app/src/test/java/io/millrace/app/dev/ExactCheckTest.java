package io.millrace.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.dev.ExactCheck.Result;
import io.millrace.local.Click;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ExactCheckTest {
    private static final long MINUTE_MS = 60_000;
    private final ExactCheck check = new ExactCheck(2, Duration.ofSeconds(10));
    private long next;

    @Test
    void a_window_is_due_when_every_partition_is_past_it_by_the_lag() {
        send("u1", 10, false);
        send("u1", 20, false);
        sendAt(MINUTE_MS + 9_999);
        sendAt(MINUTE_MS + 9_998);
        assertThat(check.due()).isZero();
        sendAt(MINUTE_MS + 9_999);
        sendAt(MINUTE_MS + 9_999);
        assertThat(check.due()).isEqualTo(1);
    }

    @Test
    void exact_results_are_counted_once() {
        send("u1", 10, false);
        send("u2", 501, false);
        send("u1", 900, false);
        send("u3", 900, true);
        check.result("/p", 0, new Result(3, 2, 470, 2));
        assertThat(check.matchedResults()).isEqualTo(1);
        assertThat(check.verdict()).isEqualTo("counted 3 clicks in 1 windows: all exact");
    }

    @Test
    void a_wrong_count_is_told() {
        send("u1", 10, false);
        check.result("/p", 0, new Result(2, 1, 10, 0));
        assertThat(check.wrongResults()).isEqualTo(1);
        assertThat(check.verdict())
                .isEqualTo("counted 0 clicks in 0 windows, but 1 results are wrong and 0 missing; the first: /p at"
                        + " 1970-01-01T00:00:00Z is Result[views=2, users=1, avgMs=10, slow=0] and not"
                        + " Result[views=1, users=1, avgMs=10, slow=0]");
    }

    @Test
    void the_same_result_twice_is_wrong() {
        send("u1", 10, false);
        check.result("/p", 0, new Result(1, 1, 10, 0));
        check.result("/p", 0, new Result(1, 1, 10, 0));
        assertThat(check.wrongResults()).isEqualTo(1);
        assertThat(check.verdict()).contains("came although it was not due, or twice");
    }

    @Test
    void a_missing_result_is_told() {
        send("u1", 10, false);
        send("u1", 20, false);
        sendAt(10 * MINUTE_MS);
        sendAt(10 * MINUTE_MS);
        assertThat(check.verdict()).isEqualTo("counted 0 clicks in 0 windows, but 0 results are wrong and 1 missing");
    }

    @Test
    void late_clicks_count_nowhere() {
        send("u1", 10, false);
        check.sent(new Click(next++, "u1", "/p", -3_600_000, 10, false, null, "/p", "DE", true));
        check.result("/p", -3_600_000, new Result(1, 1, 10, 0));
        check.result("/p", 0, new Result(1, 1, 10, 0));
        assertThat(check.verdict()).endsWith("all exact");
    }

    private void send(String user, int latencyMs, boolean bot) {
        check.sent(new Click(next++, user, "/p", 1_000, latencyMs, bot, null, "/p", "DE", false));
    }

    private void sendAt(long tsMs) {
        check.sent(new Click(next++, "u9", "/other", tsMs, 1, true, null, "/p", "DE", false));
    }
}
