package io.millrace.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.dev.ExactCheck.Click;
import io.millrace.app.dev.ExactCheck.Result;
import io.millrace.app.dev.ExactCheck.Tally;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ExactCheckTest {
    private static final long MINUTE_MS = 60_000;
    private final ExactCheck check = new ExactCheck(2, Duration.ofSeconds(10));
    private int partition;

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
        closeTo(MINUTE_MS);
        assertThat(check.due()).isZero();
        assertThat(check.matchedResults()).isEqualTo(1);
        assertThat(check.verdict()).isEqualTo("counted 3 clicks in 1 windows: all exact");
        assertThat(tally()).isEqualTo(new Tally(MINUTE_MS, 3, 3, 0, 0, 0));
    }

    @Test
    void a_result_is_judged_when_the_clicks_read_close_its_window_not_before() {
        send("u1", 10, false);
        check.result("/p", 0, new Result(2, 1, 10, 0));
        assertThat(check.wrongResults()).isZero();
        send("u1", 10, false);
        closeTo(MINUTE_MS);
        assertThat(tally().text()).isEqualTo("in 2  counted 2  duplicates 0  lost 0");
    }

    @Test
    void a_result_of_a_window_that_never_closes_is_wrong_at_the_end() {
        send("u1", 10, false);
        check.result("/p", 0, new Result(2, 1, 10, 0));
        check.endOfClicks();
        assertThat(check.wrongResults()).isEqualTo(1);
    }

    @Test
    void a_wrong_count_is_told() {
        send("u1", 10, false);
        check.result("/p", 0, new Result(2, 1, 10, 0));
        closeTo(MINUTE_MS);
        assertThat(check.due()).isZero();
        assertThat(check.wrongResults()).isEqualTo(1);
        assertThat(check.verdict())
                .isEqualTo("counted 0 clicks in 1 windows, but 1 results are wrong and 0 missing; the first: /p at"
                        + " 1970-01-01T00:00:00Z is Result[views=2, users=1, avgMs=10, slow=0] and not"
                        + " Result[views=1, users=1, avgMs=10, slow=0]");
        assertThat(tally().text()).isEqualTo("in 1  counted 2  duplicates 1  lost 0  WRONG RESULTS 1");
    }

    @Test
    void the_same_result_twice_is_a_duplicate() {
        send("u1", 10, false);
        check.result("/p", 0, new Result(1, 1, 10, 0));
        check.result("/p", 0, new Result(1, 1, 10, 0));
        closeTo(MINUTE_MS);
        assertThat(tally()).isEqualTo(new Tally(MINUTE_MS, 1, 2, 1, 0, 1));
        assertThat(check.verdict()).contains("came although it was not due, or twice");
    }

    @Test
    void a_missing_result_is_lost() {
        send("u1", 10, false);
        send("u1", 20, false);
        closeTo(10 * MINUTE_MS);
        assertThat(check.verdict()).isEqualTo("counted 0 clicks in 0 windows, but 0 results are wrong and 1 missing");
        assertThat(tally()).isEqualTo(new Tally(10 * MINUTE_MS, 2, 0, 0, 2, 0));
    }

    @Test
    void a_duplicate_does_not_make_up_for_a_loss() {
        send("u1", 10, false);
        check.click(0, new Click("u1", "/other", 1_000, 10, false));
        check.result("/p", 0, new Result(2, 1, 10, 0));
        closeTo(MINUTE_MS);
        assertThat(tally()).isEqualTo(new Tally(MINUTE_MS, 2, 2, 1, 1, 1));
    }

    @Test
    void the_tally_is_of_the_windows_up_to_its_time_whatever_came_since() {
        send("u1", 10, false);
        closeTo(MINUTE_MS);
        long closedMs = check.closedMs();
        check.result("/p", 0, new Result(1, 1, 10, 0));
        check.click(0, new Click("u1", "/p", 2 * MINUTE_MS, 10, false));
        closeTo(4 * MINUTE_MS);
        check.result("/p", 2 * MINUTE_MS, new Result(1, 1, 10, 0));
        assertThat(check.tally(closedMs)).isEqualTo(new Tally(MINUTE_MS, 1, 1, 0, 0, 0));
        assertThat(tally()).isEqualTo(new Tally(4 * MINUTE_MS, 2, 2, 0, 0, 0));
    }

    @Test
    void clicks_behind_the_watermark_count_nowhere() {
        send("u1", 10, false);
        send("u1", 10, false);
        check.click(0, new Click("u1", "/p", -3_600_000, 10, false));
        check.result("/p", -3_600_000, new Result(1, 1, 10, 0));
        check.result("/p", 0, new Result(2, 1, 10, 0));
        closeTo(MINUTE_MS);
        assertThat(check.verdict()).endsWith("all exact");
        assertThat(check.clicks()).isEqualTo(5);
    }

    private Tally tally() {
        return check.tally(check.closedMs());
    }

    private void closeTo(long ms) {
        check.click(0, new Click("u9", "/bots", ms + 10_000, 1, true));
        check.click(1, new Click("u9", "/bots", ms + 10_000, 1, true));
    }

    private void send(String user, int latencyMs, boolean bot) {
        check.click(partition++ % 2, new Click(user, "/p", 1_000, latencyMs, bot));
    }

    private void sendAt(long tsMs) {
        check.click(partition++ % 2, new Click("u9", "/other", tsMs, 1, true));
    }
}
