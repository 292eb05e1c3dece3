package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.PARTIALS;
import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SessionAggregateTest {
    private static final List<AggregateCall> CALLS = List.of(Calls.count(), Calls.of(Function.SUM, Calls.BIGINT));
    private static final long GAP_MS = 10;

    @Test
    void rows_less_than_a_gap_apart_are_one_session_that_fires_at_its_last_millisecond() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(0, "a", 1), row(9, "a", 2), row(30, "a", 4), row(5, "b", 8));
        assertThat(run.checkpoint(13)).isEmpty();
        assertThat(run.checkpoint(14)).containsExactly(finalResult("b", 5, 15, 1, 8));
        assertThat(run.checkpoint(18)).containsExactly(finalResult("a", 0, 19, 2, 3));
        assertThat(run.checkpoint(38)).isEmpty();
        assertThat(run.checkpoint(39)).containsExactly(finalResult("a", 30, 40, 1, 4));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertIsEmpty(run);
    }

    @Test
    void sessions_that_touch_are_one_and_sessions_a_millisecond_apart_are_not() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(10, "a", 1), row(20, "a", 2), row(0, "a", 4), row(41, "a", 8), row(62, "a", 16), row(52, "a", 32));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        finalResult("a", 0, 30, 3, 7), finalResult("a", 41, 51, 1, 8), finalResult("a", 52, 72, 2, 48));
    }

    @Test
    void a_row_that_bridges_two_sessions_makes_one_of_them() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(0, "a", 1), row(15, "a", 2), row(40, "a", 4), row(8, "a", 8));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(finalResult("a", 0, 25, 3, 11), finalResult("a", 40, 50, 1, 4));
        assertIsEmpty(run);
    }

    @Test
    void negative_times_make_sessions_like_any_other() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(-1, "a", 1), row(-11, "a", 2), row(-22, "a", 4), row(3, "a", 8));
        assertThat(run.checkpoint(-13)).containsExactly(finalResult("a", -22, -12, 1, 4));
        assertThat(run.checkpoint(100)).containsExactly(finalResult("a", -11, 13, 3, 11));
    }

    @Test
    void results_come_in_the_order_of_time_and_then_of_keys_however_late_their_ends_are_known() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(0, "a", 1), row(9, "a", 1), row(18, "a", 1), row(12, "b", 1), row(1, null, 1), row(18, null, 1));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        finalResult(null, 1, 11, 1, 1),
                        finalResult("b", 12, 22, 1, 1),
                        finalResult(null, 18, 28, 1, 1),
                        finalResult("a", 0, 28, 3, 3));
    }

    @Test
    void without_a_key_there_is_one_group() {
        AggregateSpec spec = new AggregateSpec(
                "totals", Calls.INPUT, 0, new SessionWindows(GAP_MS), List.of(Calls.count()), 5, Emit.FINAL, null);
        OperatorRun run = new OperatorRun(SessionAggregate.of(spec, ROWS), "totals");
        run.feed(row(0, "a", 1), row(5, "b", 1), row(30, "b", 1), row(16, "b", 1));
        assertThat(run.checkpoint(100))
                .containsExactly(
                        new Row(RowKind.INSERT, 14, Finality.FINAL, new Object[] {0L, 15L, 2L}),
                        new Row(RowKind.INSERT, 25, Finality.FINAL, new Object[] {16L, 26L, 1L}),
                        new Row(RowKind.INSERT, 39, Finality.FINAL, new Object[] {30L, 40L, 1L}));
        assertIsEmpty(run);
    }

    @Test
    void a_row_behind_event_time_is_only_late_if_it_touches_no_open_session() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(20, "a", 1));
        run.checkpoint(25);
        run.feed(row(10, "a", 2), row(9, "b", 4), row(5, "a", 8), row(17, "b", 16));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(finalResult("b", 17, 27, 1, 16), finalResult("a", 5, 30, 3, 11));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
        assertThat(run.count(Tally.Kind.ON_TIME)).isEqualTo(4);
    }

    @Test
    void a_late_row_is_late_after_a_restart_too_to_the_millisecond() {
        OperatorRun run = run(5, Emit.FINAL);
        run.checkpoint(24);
        run.rebuild();
        run.feed(row(10, "a", 1), row(11, "a", 2));
        assertThat(run.checkpoint(24)).containsExactly(result(RowKind.INSERT, Finality.CORRECTED, "a", 11, 21, 1, 2));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
        assertThat(run.count(Tally.Kind.CORRECTED)).isEqualTo(1);
    }

    @Test
    void a_late_row_within_a_fired_session_updates_its_result() {
        OperatorRun run = run(20, Emit.FINAL);
        run.feed(row(0, "a", 1), row(10, "a", 2));
        run.checkpoint(30);
        run.feed(row(5, "a", 4));
        assertThat(run.pending()).containsExactly(result(RowKind.UPDATE_AFTER, Finality.CORRECTED, "a", 0, 20, 3, 7));
        run.checkpoint(38);
        assertThat(run.entries("totals", SessionKeys.NEWEST)).isEqualTo(1);
        run.checkpoint(39);
        assertIsEmpty(run);
        assertThat(run.count(Tally.Kind.CORRECTED)).isEqualTo(1);
    }

    @Test
    void a_fired_session_that_grows_takes_its_result_back_and_gives_the_new_one() {
        OperatorRun run = run(20, Emit.FINAL);
        run.feed(row(10, "a", 1));
        run.checkpoint(30);
        run.feed(row(5, "a", 2), row(15, "a", 4));
        assertThat(run.pending())
                .containsExactly(
                        result(RowKind.DELETE, Finality.CORRECTED, "a", 10, 20, 1, 1),
                        result(RowKind.INSERT, Finality.CORRECTED, "a", 5, 20, 2, 3),
                        result(RowKind.DELETE, Finality.CORRECTED, "a", 5, 20, 2, 3),
                        result(RowKind.INSERT, Finality.CORRECTED, "a", 5, 25, 3, 7));
        assertThat(run.checkpoint(43)).hasSize(4);
        assertThat(run.entries("totals", SessionKeys.NEWEST)).isEqualTo(1);
        run.checkpoint(44);
        assertIsEmpty(run);
    }

    @Test
    void a_fired_session_that_is_open_again_takes_its_result_back_and_fires_later() {
        OperatorRun run = run(20, Emit.FINAL);
        run.feed(row(0, "a", 1));
        assertThat(run.checkpoint(9)).containsExactly(finalResult("a", 0, 10, 1, 1));
        run.feed(row(7, "a", 2));
        assertThat(run.checkpoint(15)).containsExactly(result(RowKind.DELETE, Finality.CORRECTED, "a", 0, 10, 1, 1));
        run.rebuild();
        run.feed(row(12, "a", 4));
        assertThat(run.checkpoint(Long.MAX_VALUE)).containsExactly(finalResult("a", 0, 22, 3, 7));
        assertThat(run.count(Tally.Kind.CORRECTED)).isEqualTo(1);
        assertThat(run.count(Tally.Kind.ON_TIME)).isEqualTo(2);
        assertIsEmpty(run);
    }

    @Test
    void a_late_row_that_bridges_two_fired_sessions_takes_both_results_back() {
        OperatorRun run = run(50, Emit.FINAL);
        run.feed(row(0, "a", 1), row(15, "a", 2), row(60, "a", 4));
        run.checkpoint(40);
        run.feed(row(7, "a", 8));
        assertThat(run.pending())
                .containsExactly(
                        result(RowKind.DELETE, Finality.CORRECTED, "a", 0, 10, 1, 1),
                        result(RowKind.DELETE, Finality.CORRECTED, "a", 15, 25, 1, 2),
                        result(RowKind.INSERT, Finality.CORRECTED, "a", 0, 25, 3, 11));
        assertThat(run.checkpoint(Long.MAX_VALUE)).contains(finalResult("a", 60, 70, 1, 4));
        assertThat(run.count(Tally.Kind.CORRECTED)).isEqualTo(1);
        assertIsEmpty(run);
    }

    @Test
    void a_late_row_that_bridges_a_fired_and_an_open_session_leaves_one_open_session() {
        OperatorRun run = run(50, Emit.FINAL);
        run.feed(row(0, "a", 1), row(15, "a", 2));
        run.checkpoint(20);
        run.feed(row(7, "a", 8));
        assertThat(run.checkpoint(23)).containsExactly(result(RowKind.DELETE, Finality.CORRECTED, "a", 0, 10, 1, 1));
        assertThat(run.checkpoint(24)).containsExactly(finalResult("a", 0, 25, 3, 11));
    }

    @Test
    void updates_follow_each_row_and_move_with_the_bounds() {
        OperatorRun run = run(20, Emit.UPDATES);
        run.feed(row(0, "a", 1), row(5, "a", 2), row(3, "a", 4));
        assertThat(run.checkpoint(14))
                .containsExactly(
                        result(RowKind.INSERT, Finality.EARLY, "a", 0, 10, 1, 1),
                        result(RowKind.DELETE, Finality.EARLY, "a", 0, 10, 1, 1),
                        result(RowKind.INSERT, Finality.EARLY, "a", 0, 15, 2, 3),
                        result(RowKind.UPDATE_AFTER, Finality.EARLY, "a", 0, 15, 3, 7),
                        result(RowKind.UPDATE_AFTER, Finality.FINAL, "a", 0, 15, 3, 7));
        run.feed(row(14, "a", 8));
        assertThat(run.checkpoint(23))
                .containsExactly(
                        result(RowKind.DELETE, Finality.CORRECTED, "a", 0, 15, 3, 7),
                        result(RowKind.INSERT, Finality.EARLY, "a", 0, 24, 4, 15),
                        result(RowKind.UPDATE_AFTER, Finality.FINAL, "a", 0, 24, 4, 15));
    }

    @Test
    void early_results_come_by_the_clock_if_there_is_something_new() {
        OperatorRun run = run(0, new Emit.Early(1000));
        assertThat(run.operator().nextTickMs()).isEqualTo(1000);
        run.clock(1000);
        assertThat(run.checkpoint(0)).isEmpty();
        assertThat(run.operator().nextTickMs()).isEqualTo(Long.MAX_VALUE);
        run.feed(row(5, "a", 1), row(6, "a", 2), row(5, "b", 4));
        assertThat(run.operator().nextTickMs()).isEqualTo(2000);
        run.clock(1999);
        assertThat(run.checkpoint(0)).isEmpty();
        run.clock(2010);
        assertThat(run.checkpoint(0))
                .containsExactly(
                        result(RowKind.INSERT, Finality.EARLY, "a", 5, 16, 2, 3),
                        result(RowKind.INSERT, Finality.EARLY, "b", 5, 15, 1, 4));
        run.feed(row(6, "a", 8));
        run.clock(3010);
        assertThat(run.checkpoint(0)).containsExactly(result(RowKind.UPDATE_AFTER, Finality.EARLY, "a", 5, 16, 3, 11));
        run.clock(9999);
        assertThat(run.checkpoint(15))
                .containsExactly(
                        result(RowKind.UPDATE_AFTER, Finality.FINAL, "b", 5, 15, 1, 4),
                        result(RowKind.UPDATE_AFTER, Finality.FINAL, "a", 5, 16, 3, 11));
        assertIsEmpty(run);
    }

    @Test
    void an_early_result_is_taken_back_as_it_was_given_out_when_the_next_one_has_other_bounds() {
        OperatorRun run = run(0, new Emit.Early(1000));
        run.feed(row(10, "a", 1), row(25, "a", 2));
        run.clock(1000);
        run.checkpoint(0);
        run.feed(row(11, "a", 4), row(26, "a", 8));
        assertThat(run.pending()).isEmpty();
        run.feed(row(18, "a", 16));
        assertThat(run.pending()).containsExactly(result(RowKind.DELETE, Finality.EARLY, "a", 25, 35, 1, 2));
        run.commit();
        run.rebuild();
        run.clock(2000);
        assertThat(run.checkpoint(0))
                .containsExactly(
                        result(RowKind.DELETE, Finality.EARLY, "a", 10, 20, 1, 1),
                        result(RowKind.INSERT, Finality.EARLY, "a", 10, 36, 5, 31));
        run.feed(row(27, "a", 32));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        result(RowKind.DELETE, Finality.EARLY, "a", 10, 36, 5, 31),
                        result(RowKind.INSERT, Finality.FINAL, "a", 10, 37, 6, 63));
        assertThat(run.entries("totals", SessionKeys.CHANGED)).isLessThanOrEqualTo(1);
        assertIsEmpty(run);
    }

    @Test
    void early_results_stop_at_a_full_output_even_between_taking_back_and_giving_out() {
        OperatorRun run =
                new OperatorRun(SessionAggregate.of(spec(CALLS, 0, new Emit.Early(1000)), ROWS), 1, List.of("totals"));
        List<Row> early = new ArrayList<>();
        for (long wallMs = 1000; wallMs <= 2000; wallMs += 1000) {
            run.feed(row(wallMs / 1000, "a", 1), row(wallMs / 1000, "b", 1));
            run.clock(wallMs);
            early.addAll(run.checkpoint(0));
        }
        assertThat(early)
                .containsExactly(
                        result(RowKind.INSERT, Finality.EARLY, "a", 1, 11, 1, 1),
                        result(RowKind.INSERT, Finality.EARLY, "b", 1, 11, 1, 1),
                        result(RowKind.DELETE, Finality.EARLY, "a", 1, 11, 1, 1),
                        result(RowKind.INSERT, Finality.EARLY, "a", 1, 12, 2, 2),
                        result(RowKind.DELETE, Finality.EARLY, "b", 1, 11, 1, 1),
                        result(RowKind.INSERT, Finality.EARLY, "b", 1, 12, 2, 2));
        run.feed(row(3, "a", 1));
        assertThat(run.checkpoint(100))
                .containsExactly(
                        result(RowKind.UPDATE_AFTER, Finality.FINAL, "b", 1, 12, 2, 2),
                        result(RowKind.DELETE, Finality.EARLY, "a", 1, 12, 2, 2),
                        result(RowKind.INSERT, Finality.FINAL, "a", 1, 13, 3, 3));
    }

    @Test
    void distinct_values_are_counted_once_across_merges_and_go_with_their_session() {
        List<AggregateCall> calls = List.of(
                Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT)),
                Calls.distinct(Calls.of(Function.SUM, Calls.BIGINT)));
        OperatorRun run = new OperatorRun(SessionAggregate.of(spec(calls, 5, Emit.FINAL), ROWS), "totals");
        run.feed(row(0, "a", 7), row(1, "a", 8), row(15, "a", 7), row(16, "a", 9), row(15, "b", 7));
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(10);
        run.feed(row(8, "a", 9), row(26, "a", 8));
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(8);
        assertThat(run.checkpoint(35)).containsExactly(finalResult("b", 15, 25, 1, 7), finalResult("a", 0, 36, 3, 24));
        run.feed(row(4, "a", 1));
        assertThat(run.pending()).containsExactly(result(RowKind.UPDATE_AFTER, Finality.CORRECTED, "a", 0, 36, 4, 25));
        run.checkpoint(39);
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(8);
        run.checkpoint(40);
        assertIsEmpty(run);
    }

    @Test
    void merging_large_sets_of_distinct_values_moves_none_of_them() {
        int size = SessionValues.MOVED_ROWS + 1;
        OperatorRun run = new OperatorRun(
                SessionAggregate.of(
                        spec(List.of(Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT))), 0, Emit.FINAL), ROWS),
                100,
                List.of("totals"));
        for (int i = 0; i < size; i++) {
            run.feed(row(0, "a", i), row(15, "a", i + size / 2));
        }
        run.checkpoint(0);
        run.feed(row(8, "a", 0));
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(2 * size);
        run.checkpoint(0);
        run.rebuild();
        // Values that the first set, the second one and none of them has.
        run.feed(row(9, "a", 1), row(9, "a", size + 1), row(9, "a", -1));
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(2 * size + 1);
        // A third set overlaps with both.
        for (int i = 0; i < size; i++) {
            run.feed(row(40, "a", i + size));
        }
        run.feed(row(30, "a", 0), row(25, "a", 0));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        new Row(RowKind.INSERT, 49, Finality.FINAL, new Object[] {"a", 0L, 50L, 2L * size + 1}));
        assertIsEmpty(run);
    }

    @Test
    void a_session_of_very_many_large_sets_moves_further_ones_and_counts_right() {
        int size = SessionValues.MOVED_ROWS + 1;
        int sessions = SessionValues.MAX_SETS + 2;
        OperatorRun run = new OperatorRun(
                SessionAggregate.of(
                        spec(List.of(Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT))), 0, Emit.FINAL), ROWS),
                "totals");
        for (int session = 0; session < sessions; session++) {
            for (int i = 0; i < size; i++) {
                run.feed(row(session * 20L, "a", session * 1000L + i));
            }
        }
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(sessions * size);
        for (int session = 1; session < sessions; session++) {
            run.feed(row(session * 20L - 10, "a", 0));
        }
        int moved = 2 * (size - 1000); // values that the last two sets share with the one before
        assertThat(run.entries("totals", SessionKeys.DISTINCT)).isEqualTo(sessions * size - moved);
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .extracting(row -> row.value(3))
                .containsExactly((sessions - 1) * 1000L + size);
        assertIsEmpty(run);
    }

    @Test
    void a_late_row_goes_to_the_late_output_as_it_was_read_and_says_why() {
        AggregateSpec spec = new AggregateSpec(
                "totals", Calls.INPUT, 1, new SessionWindows(GAP_MS), CALLS, 5, Emit.FINAL, "too.late");
        OperatorRun run = new OperatorRun(SessionAggregate.of(spec, ROWS), "totals");
        run.checkpoint(100);
        byte[] key = {1};
        byte[] value = {2};
        run.origin(new Origin("clicks", 3, 42, 77, key, value, List.of(new RecordHeader("trace", new byte[] {9}))));
        run.feed(row(86, "a", 1), row(87, "a", 1));
        run.checkpoint(100);
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
        assertThat(run.sent()).hasSize(1);
        OperatorRun.Sent sent = run.sent().get(0);
        assertThat(sent.topic()).isEqualTo("too.late");
        assertThat(sent.timeMs()).isEqualTo(86);
        assertThat(sent.key()).isEqualTo(key);
        assertThat(sent.value()).isEqualTo(value);
        assertThat(sent.headers().stream().map(header -> header.key() + "=" + new String(header.value(), UTF_8)))
                .containsExactly(
                        "trace=\t",
                        "millrace.late.topic=clicks",
                        "millrace.late.partition=3",
                        "millrace.late.offset=42",
                        "millrace.late.step=totals",
                        "millrace.late.event.time=1970-01-01T00:00:00.086Z",
                        "millrace.late.watermark=1970-01-01T00:00:00.100Z",
                        "millrace.late.rows=1");
    }

    @Test
    void a_growing_session_has_one_timer_per_gap_and_passed_timers_go_in_ranges() {
        OperatorRun run = run(0, Emit.FINAL);
        for (int timeMs = 0; timeMs < 1000; timeMs++) {
            run.feed(row(timeMs, "a", 1));
            if (timeMs % 5 == 0) {
                run.checkpoint(timeMs - 3);
                assertThat(run.entries("totals", SessionKeys.TIMER)).isLessThanOrEqualTo(4);
            }
        }
        assertThat(run.checkpoint(Long.MAX_VALUE)).containsExactly(finalResult("a", 0, 1009, 1000, 1000));
        assertIsEmpty(run);
    }

    @Test
    void swallowed_sessions_leave_no_timers_that_go_on_for_ever() {
        OperatorRun run = run(0, Emit.FINAL);
        for (int timeMs = 1000; timeMs > 0; timeMs -= 20) {
            run.feed(row(timeMs, "a", 1));
        }
        for (int timeMs = 10; timeMs < 1000; timeMs += 20) {
            run.feed(row(timeMs, "a", 1));
        }
        run.checkpoint(990);
        assertThat(run.entries("totals", SessionKeys.TIMER)).isLessThanOrEqualTo(3);
        assertThat(run.checkpoint(Long.MAX_VALUE)).containsExactly(finalResult("a", 10, 1010, 100, 100));
    }

    @Test
    void a_burst_of_disorder_keeps_many_sessions_of_a_key_apart() {
        OperatorRun run = run(10_000, Emit.FINAL);
        List<Row> expected = new ArrayList<>();
        for (int timeMs = 5000; timeMs > 0; timeMs -= 20) {
            run.feed(row(timeMs, "a", 1));
            expected.add(0, finalResult("a", timeMs, timeMs + 10, 1, 1));
        }
        assertThat(run.entries("totals", SessionKeys.NEWEST)).isEqualTo(1);
        assertThat(run.entries("totals", SessionKeys.OLDER)).isEqualTo(249);
        assertThat(run.checkpoint(6000)).containsExactlyElementsOf(expected);
        run.feed(row(2502, "a", 2));
        assertThat(run.checkpoint(10_000 + 2500))
                .containsExactly(
                        result(RowKind.DELETE, Finality.CORRECTED, "a", 2500, 2510, 1, 1),
                        result(RowKind.INSERT, Finality.CORRECTED, "a", 2500, 2512, 2, 3));
        assertThat(run.entries("totals", SessionKeys.OLDER)).isEqualTo(125);
        run.checkpoint(Long.MAX_VALUE);
        assertIsEmpty(run);
    }

    @Test
    void a_burst_stops_at_a_full_output_and_goes_on_after_a_restart() {
        for (long latenessMs : new long[] {0, 7}) {
            OperatorRun whole = run(latenessMs, Emit.FINAL);
            OperatorRun stopping = new OperatorRun(
                    SessionAggregate.of(spec(CALLS, latenessMs, Emit.FINAL), ROWS), 3, List.of("totals"));
            for (int i = 0; i < 300; i++) {
                Row row = row(i, "k" + (i * i % 41), i);
                whole.feed(row);
                stopping.feed(row);
            }
            List<Row> rows = new ArrayList<>();
            boolean done;
            do {
                done = stopping.prepare(275);
                rows.addAll(stopping.pending());
                assertThat(stopping.pending()).hasSizeLessThanOrEqualTo(3);
                stopping.commit();
                stopping.rebuild();
            } while (!done);
            assertThat(rows).hasSizeGreaterThan(20).containsExactlyElementsOf(whole.checkpoint(275));
        }
    }

    @Test
    void a_checkpoint_at_which_event_time_stands_still_writes_nothing() {
        OperatorRun run = run(5, Emit.FINAL);
        run.feed(row(25, "a", 1));
        run.checkpoint(20);
        run.prepare(20);
        assertThat(run.isDirty()).isFalse();
        run.prepare(19);
        assertThat(run.isDirty()).isFalse();
    }

    @Test
    void the_last_watermark_fires_everything_and_can_come_again() {
        OperatorRun run = run(1000, Emit.FINAL);
        run.feed(row(SlicedWindows.MAX_TIME_MS, "a", 1), row(-SlicedWindows.MAX_TIME_MS, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).hasSize(2);
        assertIsEmpty(run);
        run.feed(row(SlicedWindows.MAX_TIME_MS, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void a_time_that_cannot_be_in_a_session_is_reported() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(Long.MIN_VALUE, "a", 1), row(SlicedWindows.MAX_TIME_MS + 1, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(2);
    }

    @Test
    void nothing_happens_before_the_first_watermark() {
        OperatorRun run = run(0, Emit.FINAL);
        run.feed(row(5, "a", 1));
        assertThat(run.checkpoint(Long.MIN_VALUE)).isEmpty();
        assertThat(run.checkpoint(14)).hasSize(1);
    }

    @Test
    void plans_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> SessionAggregate.of(spec(CALLS, 0, Emit.FINAL), PARTIALS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "totals has session windows, whose bounds are only known where all rows of a key meet, so it cannot"
                                + " take partial results: plan it in one phase");
        assertThatThrownBy(() -> SessionAggregate.of(Calls.spec(null, 0, CALLS), ROWS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("totals has no session windows");
        assertThatThrownBy(() -> new SessionWindows(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a session gap of 0 ms is not between 1 and " + SlicedWindows.MAX_SPAN_MS + " ms");
        assertThatThrownBy(() -> run(0, Emit.FINAL).feed(new Row(RowKind.DELETE, 1, new Object[7])))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only takes INSERT rows and got DELETE");
        assertThatThrownBy(() -> new Session(5, 5, Session.NO_SETS, new Object[0]))
                .hasMessage("session end 5 must be after start 5");
    }

    private static void assertIsEmpty(OperatorRun run) {
        for (byte kind : new byte[] {SessionKeys.NEWEST, SessionKeys.OLDER, SessionKeys.DISTINCT}) {
            assertThat(run.entries("totals", kind)).as("kind %d", kind).isZero();
        }
    }

    private static OperatorRun run(long latenessMs, Emit emit) {
        return new OperatorRun(SessionAggregate.of(spec(CALLS, latenessMs, emit), ROWS), "totals");
    }

    private static AggregateSpec spec(List<AggregateCall> calls, long latenessMs, Emit emit) {
        return new AggregateSpec("totals", Calls.INPUT, 1, new SessionWindows(GAP_MS), calls, latenessMs, emit, null);
    }

    private static Row row(long timeMs, @Nullable String key, long b) {
        return Row.of(timeMs, key, null, b, null, null, null, null);
    }

    private static Row finalResult(@Nullable String key, long startMs, long endMs, long count, long sum) {
        return result(RowKind.INSERT, Finality.FINAL, key, startMs, endMs, count, sum);
    }

    private static Row result(
            RowKind kind, Finality finality, @Nullable String key, long startMs, long endMs, long count, long sum) {
        return new Row(kind, endMs - 1, finality, new @Nullable Object[] {key, startMs, endMs, count, sum});
    }
}
