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
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CumulatingWindowTest {
    private static final List<AggregateCall> CALLS = List.of(
            Calls.count(),
            Calls.of(Function.SUM, Calls.BIGINT),
            Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT)));
    private static final SlicedWindows WINDOWS = SlicedWindows.cumulating(30, 10, 0);

    @Test
    void a_group_has_a_result_at_each_step_from_its_first_row_to_the_longest_window() {
        OperatorRun run = run(WINDOWS, 0);
        run.feed(row(1, "a", 7), row(12, "b", 1), row(21, "a", 7), row(45, "a", 2));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(
                        closed(9, "a", 0L, 10L, 1L, 7L, 1L),
                        closed(19, "a", 0L, 20L, 1L, 7L, 1L),
                        closed(19, "b", 0L, 20L, 1L, 1L, 1L),
                        closed(29, "a", 0L, 30L, 2L, 14L, 1L),
                        closed(29, "b", 0L, 30L, 1L, 1L, 1L),
                        closed(49, "a", 30L, 50L, 1L, 2L, 1L),
                        closed(59, "a", 30L, 60L, 1L, 2L, 1L));
    }

    @Test
    void the_start_of_the_longest_window_goes_by_the_offset_also_before_1970() {
        OperatorRun run = run(SlicedWindows.cumulating(30, 10, -5), 0);
        run.feed(row(-6, "a", 1));
        assertThat(run.checkpoint(Long.MAX_VALUE)).containsExactly(closed(-6, "a", -35L, -5L, 1L, 1L, 1L));
    }

    @Test
    void a_row_that_is_late_for_the_windows_that_have_fired_counts_in_the_longer_ones() {
        OperatorRun run = run(WINDOWS, 0);
        run.feed(row(5, "a", 1));
        run.checkpoint(9);
        run.feed(row(6, "a", 2), row(7, "b", 4), row(-1, "c", 8));
        assertThat(run.pending()).isEmpty();
        assertThat(run.checkpoint(19))
                .containsExactly(closed(19, "a", 0L, 20L, 2L, 3L, 2L), closed(19, "b", 0L, 20L, 1L, 4L, 1L));
        assertThat(run.count(Tally.Kind.ON_TIME)).isEqualTo(3);
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
    }

    @Test
    void a_row_within_the_lateness_corrects_the_windows_that_have_fired_and_counts_in_the_others() {
        OperatorRun run = run(WINDOWS, 10);
        run.feed(row(5, "a", 1), row(15, "a", 2));
        run.checkpoint(20); // fired: 10 and 20; closed: 10
        run.feed(row(6, "a", 4));
        assertThat(run.checkpoint(20)).containsExactly(corrected(19, "a", 0L, 20L, 3L, 7L, 3L));
        assertThat(run.checkpoint(29)).containsExactly(closed(29, "a", 0L, 30L, 3L, 7L, 3L));
        run.feed(row(7, "a", 8));
        assertThat(run.pending()).containsExactly(corrected(29, "a", 0L, 30L, 4L, 15L, 4L));
        assertThat(run.count(Tally.Kind.CORRECTED)).isEqualTo(1);
        run.checkpoint(Long.MAX_VALUE);
        assertThat(run.count(Tally.Kind.CORRECTED)).isEqualTo(2);
    }

    @Test
    void firing_costs_the_same_at_the_first_and_at_the_last_of_a_thousand_steps() {
        OperatorRun run = run(SlicedWindows.cumulating(1440, 1, 0), 0);
        run.feed(row(0, "a", 1), row(0, "b", 1));
        run.checkpoint(0);
        for (int minute = 1; minute < 1439; minute++) {
            run.feed(row(minute, "a", minute % 3));
            run.prepare(minute);
            assertThat(run.pending()).hasSize(2);
            // Progress, a mark for each of four kinds, the slice expired, and what is rolled up of one group.
            assertThat(run.dirtyEntries()).as("minute %d", minute).isLessThanOrEqualTo(8);
            run.commit();
            assertThat(run.entries("totals", StoreKeys.GROUP)).isZero();
            assertThat(run.entries("totals", StoreKeys.DISTINCT)).isZero();
            assertThat(run.entries("totals", StoreKeys.ROLLED)).isEqualTo(2);
        }
        assertThat(run.checkpoint(1439))
                .containsExactly(
                        closed(1439, "a", 0L, 1440L, 1439L, 1439L, 3L), closed(1439, "b", 0L, 1440L, 1L, 1L, 1L));
        assertThat(run.entries("totals", StoreKeys.ROLLED)).isZero();
        assertThat(run.entries("totals", StoreKeys.ROLLED_DISTINCT)).isZero();
    }

    @Test
    void years_without_rows_cost_nothing() {
        OperatorRun run = run(SlicedWindows.cumulating(4, 2, 0), 0);
        run.feed(row(-1_000_000_000_000L, "a", 1), row(1_000_000_000_000L, "a", 2));
        assertThat(run.checkpoint(Long.MAX_VALUE)).hasSize(4);
    }

    @Test
    void windows_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> SlicedWindows.cumulating(30, 20, 0))
                .hasMessage("window size 30 ms must be a positive multiple of 20 ms");
        assertThatThrownBy(() -> SlicedWindows.cumulating(5000, 1, 0))
                .hasMessage("window size 5000 ms is more than 4096 times its step of 1 ms: make the step longer");
        assertThat(SlicedWindows.cumulating(10, 10, 3)).isEqualTo(SlicedWindows.tumbling(10, 3));
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

    private static Row corrected(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.UPDATE_AFTER, timeMs, Finality.CORRECTED, values);
    }
}
