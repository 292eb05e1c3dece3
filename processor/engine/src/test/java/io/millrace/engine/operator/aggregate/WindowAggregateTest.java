package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WindowAggregateTest {
    private static final List<AggregateCall> CALLS = List.of(Calls.count(), Calls.of(Function.SUM, Calls.BIGINT));
    private static final SlicedWindows TUMBLING = SlicedWindows.tumbling(10, 0);
    private static final SlicedWindows HOPPING = SlicedWindows.hopping(30, 10, 0);

    @Test
    void a_window_fires_when_time_reaches_its_last_millisecond() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(0, "a", 1), row(9, "a", 2), row(10, "a", 4));
        assertThat(run.checkpoint(8)).isEmpty();
        assertThat(run.checkpoint(9)).containsExactly(closed(9, "a", 0L, 10L, 2L, 3L));
        assertThat(run.checkpoint(18)).isEmpty();
        assertThat(run.checkpoint(19)).containsExactly(closed(19, "a", 10L, 20L, 1L, 4L));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void results_come_in_the_order_of_time_and_then_of_keys_with_null_as_a_key() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(15, "a", 1), row(5, "b", 2), row(5, null, 3), row(5, "a", 4), row(6, null, 5));
        assertThat(run.checkpoint(100))
                .containsExactly(
                        closed(9, null, 0L, 10L, 2L, 8L),
                        closed(9, "a", 0L, 10L, 1L, 4L),
                        closed(9, "b", 0L, 10L, 1L, 2L),
                        closed(19, "a", 10L, 20L, 1L, 1L));
    }

    @Test
    void negative_times_and_offsets_fall_into_the_right_windows() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(-1, "a", 1), row(-10, "a", 2), row(-11, "a", 4), row(0, "a", 8));
        assertThat(run.checkpoint(100))
                .containsExactly(
                        closed(-11, "a", -20L, -10L, 1L, 4L),
                        closed(-1, "a", -10L, 0L, 2L, 3L),
                        closed(9, "a", 0L, 10L, 1L, 8L));

        OperatorRun shifted = run(SlicedWindows.tumbling(10, -3), 0);
        shifted.feed(row(-4, "a", 1), row(-3, "a", 2), row(6, "a", 4), row(7, "a", 8));
        assertThat(shifted.checkpoint(100))
                .containsExactly(
                        closed(-4, "a", -13L, -3L, 1L, 1L),
                        closed(6, "a", -3L, 7L, 2L, 6L),
                        closed(16, "a", 7L, 17L, 1L, 8L));
    }

    @Test
    void a_hopping_row_counts_in_every_window_that_holds_it() {
        OperatorRun run = run(HOPPING, 0);
        run.feed(row(5, "a", 1), row(15, "a", 2), row(15, "b", 4));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        closed(9, "a", -20L, 10L, 1L, 1L),
                        closed(19, "a", -10L, 20L, 2L, 3L),
                        closed(19, "b", -10L, 20L, 1L, 4L),
                        closed(29, "a", 0L, 30L, 2L, 3L),
                        closed(29, "b", 0L, 30L, 1L, 4L),
                        closed(39, "a", 10L, 40L, 1L, 2L),
                        closed(39, "b", 10L, 40L, 1L, 4L));
        assertThat(run.entries("totals", StoreKeys.GROUP)).isZero();
    }

    @Test
    void years_without_data_cost_nothing() {
        OperatorRun run = run(SlicedWindows.hopping(2, 1, 0), 0);
        run.feed(row(-1_000_000_000_000L, "a", 1), row(1_000_000_000_000L, "a", 2));
        assertThat(run.checkpoint(Long.MAX_VALUE)).hasSize(4);
    }

    @Test
    void a_row_behind_all_its_windows_is_late_and_only_counted() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(5, "a", 1));
        run.checkpoint(9);
        run.feed(row(9, "a", 2), row(-5, "b", 2), row(10, "a", 4));
        assertThat(run.checkpoint(100)).containsExactly(closed(19, "a", 10L, 20L, 1L, 4L));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(2);
    }

    @Test
    void a_row_is_late_for_an_empty_window_too_also_after_a_restart() {
        OperatorRun run = run(TUMBLING, 0);
        run.checkpoint(25);
        run.rebuild();
        run.feed(row(19, "a", 1), row(20, "a", 2));
        assertThat(run.checkpoint(29)).containsExactly(closed(29, "a", 20L, 30L, 1L, 2L));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void a_late_row_within_the_lateness_corrects_its_window_at_once() {
        OperatorRun run = run(TUMBLING, 5);
        run.feed(row(5, "a", 1));
        run.checkpoint(13);
        run.feed(row(6, "a", 2), row(7, "b", 4));
        assertThat(run.pending()).containsExactly(update(9, "a", 0L, 10L, 2L, 3L), update(9, "b", 0L, 10L, 1L, 4L));
        run.checkpoint(14);
        assertThat(run.entries("totals", StoreKeys.GROUP)).isZero();
        run.feed(row(8, "a", 8));
        assertThat(run.checkpoint(100)).isEmpty();
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void a_hopping_row_that_is_late_for_some_windows_counts_in_the_others() {
        OperatorRun run = run(HOPPING, 0);
        run.feed(row(15, "a", 1));
        assertThat(run.checkpoint(19)).containsExactly(closed(19, "a", -10L, 20L, 1L, 1L));
        run.feed(row(5, "a", 2), row(-11, "a", 4));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(closed(29, "a", 0L, 30L, 2L, 3L), closed(39, "a", 10L, 40L, 1L, 1L));
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void a_hopping_row_corrects_the_fired_windows_that_still_accept_it() {
        OperatorRun run = run(HOPPING, 10);
        run.feed(row(5, "a", 1), row(15, "a", 2));
        run.checkpoint(29); // fired: ends 10, 20, 30; closed: 10 and 20
        run.feed(row(6, "a", 4));
        assertThat(run.pending()).containsExactly(update(29, "a", 0L, 30L, 3L, 7L));
        run.feed(row(16, "a", 8));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        update(29, "a", 0L, 30L, 3L, 7L),
                        update(29, "a", 0L, 30L, 4L, 15L),
                        closed(39, "a", 10L, 40L, 2L, 10L));
        assertThat(run.entries("totals", StoreKeys.GROUP)).isZero();
    }

    @Test
    void distinct_values_are_counted_once_per_window_and_deleted_with_their_slice() {
        List<AggregateCall> calls = List.of(
                Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT)),
                Calls.distinct(Calls.of(Function.SUM, Calls.BIGINT)));
        OperatorRun tumbling = new OperatorRun(WindowAggregate.of(Calls.spec(TUMBLING, 0, calls), ROWS), "totals");
        tumbling.feed(row(1, "a", 7), row(2, "a", 7), row(3, "a", 8), row(3, "b", 7));
        assertThat(tumbling.entries("totals", StoreKeys.DISTINCT)).isEqualTo(6);
        assertThat(tumbling.checkpoint(9))
                .containsExactly(closed(9, "a", 0L, 10L, 2L, 15L), closed(9, "b", 0L, 10L, 1L, 7L));
        assertThat(tumbling.entries("totals", StoreKeys.DISTINCT)).isZero();

        OperatorRun hopping = new OperatorRun(WindowAggregate.of(Calls.spec(HOPPING, 5, calls), ROWS), "totals");
        hopping.feed(row(1, "a", 7), row(11, "a", 7), row(12, "a", 8), row(22, "a", 9));
        assertThat(hopping.checkpoint(29))
                .containsExactly(
                        closed(9, "a", -20L, 10L, 1L, 7L),
                        closed(19, "a", -10L, 20L, 2L, 15L),
                        closed(29, "a", 0L, 30L, 3L, 24L));
        hopping.feed(row(2, "a", 9), row(3, "a", 6));
        assertThat(hopping.pending())
                .containsExactly(update(29, "a", 0L, 30L, 3L, 24L), update(29, "a", 0L, 30L, 4L, 30L));
        hopping.checkpoint(34);
        assertThat(hopping.entries("totals", StoreKeys.DISTINCT)).isEqualTo(6);
        hopping.checkpoint(Long.MAX_VALUE);
        assertThat(hopping.entries("totals", StoreKeys.DISTINCT)).isZero();
        assertThat(hopping.entries("totals", StoreKeys.GROUP)).isZero();
    }

    @Test
    void a_burst_stops_at_a_full_output_and_goes_on_after_a_restart() {
        for (SlicedWindows windows : List.of(TUMBLING, HOPPING)) {
            for (long latenessMs : new long[] {0, 5}) {
                AggregateSpec spec = Calls.spec(windows, latenessMs, CALLS);
                OperatorRun whole = new OperatorRun(WindowAggregate.of(spec, ROWS), "totals");
                OperatorRun stopping = new OperatorRun(WindowAggregate.of(spec, ROWS), 3, List.of("totals"));
                for (int i = 0; i < 100; i++) {
                    whole.feed(row(i, "k" + i % 7, i));
                    stopping.feed(row(i, "k" + i % 7, i));
                }
                List<Row> rows = new ArrayList<>();
                boolean done;
                do {
                    done = stopping.prepare(75);
                    rows.addAll(stopping.pending());
                    assertThat(stopping.pending()).hasSizeLessThanOrEqualTo(3);
                    stopping.commit();
                    stopping.rebuild();
                } while (!done);
                assertThat(rows).hasSizeGreaterThan(20).containsExactlyElementsOf(whole.checkpoint(75));
            }
        }
    }

    @Test
    void between_the_ends_of_windows_advancing_writes_nothing() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(25, "a", 1));
        run.checkpoint(20);
        for (long watermarkMs = 20; watermarkMs < 29; watermarkMs++) {
            run.prepare(watermarkMs);
            assertThat(run.isDirty()).isFalse();
        }
        run.prepare(29);
        assertThat(run.isDirty()).isTrue();
    }

    @Test
    void the_last_watermark_fires_everything_and_can_come_again() {
        OperatorRun run = run(HOPPING, 1000);
        run.feed(row(SlicedWindows.MAX_TIME_MS, "a", 1), row(-SlicedWindows.MAX_TIME_MS, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).hasSize(6);
        assertThat(run.entries("totals", StoreKeys.GROUP)).isZero();
        run.feed(row(5, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void a_time_that_cannot_be_in_a_window_is_reported() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(Long.MIN_VALUE, "a", 1), row(SlicedWindows.MAX_TIME_MS + 1, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(2);
    }

    @Test
    void nothing_happens_before_the_first_watermark() {
        OperatorRun run = run(TUMBLING, 0);
        run.feed(row(5, "a", 1));
        assertThat(run.checkpoint(Long.MIN_VALUE)).isEmpty();
        assertThat(run.checkpoint(9)).hasSize(1);
    }

    @Test
    void windows_and_specs_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> SlicedWindows.hopping(30, 20, 0))
                .hasMessage("window size 30 ms must be a positive multiple of 20 ms");
        assertThatThrownBy(() -> SlicedWindows.hopping(5000, 1, 0))
                .hasMessage("window size 5000 ms is more than 4096 times its slide of 1 ms: make the slide longer");
        assertThatThrownBy(() -> SlicedWindows.tumbling(Long.MAX_VALUE, 0)).hasMessageContaining("is more than");
        assertThatThrownBy(() -> Calls.spec(TUMBLING, Long.MAX_VALUE, CALLS)).hasMessageContaining("is more than");
        assertThatThrownBy(() -> Calls.spec(null, 5, CALLS))
                .hasMessage("lateness 5 ms of totals needs windows and >= 0");
        assertThatThrownBy(() -> WindowAggregate.of(Calls.spec(null, 0, CALLS), ROWS))
                .hasMessage("totals has no windows");
        assertThatThrownBy(() -> RunningAggregate.of(Calls.spec(TUMBLING, 0, CALLS), ROWS))
                .hasMessage("totals has windows");
        assertThatThrownBy(() -> new AggregateSpec("totals", Calls.INPUT, 8, null, CALLS, 0))
                .hasMessage("8 key columns of totals among 7 columns");
    }

    private static OperatorRun run(SlicedWindows windows, long latenessMs) {
        return new OperatorRun(WindowAggregate.of(Calls.spec(windows, latenessMs, CALLS), ROWS), "totals");
    }

    private static Row row(long timeMs, @Nullable String key, long b) {
        return Row.of(timeMs, key, null, b, null, null, null, null);
    }

    private static Row closed(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.INSERT, timeMs, Finality.FINAL, values);
    }

    private static Row update(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.UPDATE_AFTER, timeMs, Finality.CORRECTED, values);
    }
}
