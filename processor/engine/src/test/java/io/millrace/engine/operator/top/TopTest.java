package io.millrace.engine.operator.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import io.millrace.state.OrderedBytes;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TopTest {
    static final RowType COLUMNS =
            RowType.of(new Column("g", Scalar.STRING), new Column("v", Scalar.INT), new Column("id", Scalar.STRING));
    private static final SlicedWindows TUMBLING = SlicedWindows.tumbling(10, 0);

    static SlicedWindows hopping(long sizeMs, long everyMs) {
        return SlicedWindows.hopping(sizeMs, everyMs, 0);
    }

    @Test
    void a_window_emits_its_first_rows_in_the_order_of_groups_and_ranks_when_it_ends() {
        OperatorRun run = run(spec(2, TUMBLING, null));
        run.feed(
                row(1, "b", 5, "1"),
                row(2, "a", 1, "2"),
                row(3, "a", 3, "3"),
                row(9, "a", 2, "4"),
                row(10, "a", 9, "5"));
        assertThat(run.checkpoint(8)).isEmpty();
        assertThat(run.checkpoint(9))
                .containsExactly(
                        result(9, "a", 3, "3", 0L, 10L, 1L),
                        result(9, "a", 2, "4", 0L, 10L, 2L),
                        result(9, "b", 5, "1", 0L, 10L, 1L));
        assertThat(run.checkpoint(19)).containsExactly(result(19, "a", 9, "5", 10L, 20L, 1L));
    }

    @Test
    void a_day_of_a_zone_is_ranked_when_it_is_over_there() {
        SlicedWindows days =
                SlicedWindows.tumbling(Duration.ofDays(1).toMillis(), 0).in(ZoneId.of("Europe/Berlin"));
        OperatorRun run = run(spec(1, days, null));
        // The clocks go forward: a day of 23 hours.
        long startMs = Instant.parse("2026-03-28T23:00:00Z").toEpochMilli();
        long endMs = Instant.parse("2026-03-29T22:00:00Z").toEpochMilli();
        run.feed(row(startMs, "a", 1, "1"), row(endMs - 1, "a", 2, "2"), row(endMs, "a", 3, "3"));
        assertThat(run.checkpoint(endMs - 2)).isEmpty();
        assertThat(run.checkpoint(endMs - 1)).containsExactly(result(endMs - 1, "a", 2, "2", startMs, endMs, 1L));
    }

    @Test
    void ties_are_decided_by_arrival_across_restarts_and_null_ranks_low() {
        OperatorRun run = run(spec(3, TUMBLING, null));
        run.feed(row(9, "a", null, "1"), row(8, "a", 1, "2"));
        run.checkpoint(0);
        run.rebuild();
        run.feed(row(1, "a", 1, "3"));
        assertThat(run.checkpoint(9)).extracting(row -> row.value(2)).containsExactly("2", "3", "1");
    }

    @Test
    void rows_of_final_results_are_ranked_by_their_time_without_columns_for_it() {
        TopSpec spec = new TopSpec(
                "best", COLUMNS, List.of(), List.of(Order.ascending(1)), 1, SlicedWindows.tumbling(1, 0), false, null);
        OperatorRun run = run(spec);
        run.feed(row(9, "a", 2, "1"), row(9, "b", 1, "2"), row(19, "c", 3, "3"));
        assertThat(run.checkpoint(9)).containsExactly(result(9, "b", 1, "2", 1L));
        assertThat(run.checkpoint(19)).containsExactly(result(19, "c", 3, "3", 1L));
    }

    @Test
    void a_late_row_is_counted_and_a_row_that_is_late_for_some_windows_counts_in_the_others() {
        OperatorRun run = run(spec(1, hopping(20, 10), null));
        run.feed(row(5, "a", 1, "1"));
        assertThat(run.checkpoint(9)).containsExactly(result(9, "a", 1, "1", -10L, 10L, 1L));
        run.feed(row(6, "a", 2, "2"), row(-1, "a", 3, "3"));
        assertThat(run.checkpoint(100)).containsExactly(result(19, "a", 2, "2", 0L, 20L, 1L));
        run.feed(row(99, "a", 4, "4"));
        assertThat(run.checkpoint(200)).as("its last window has just gone by").hasSize(1);
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
        assertThat(run.count(Tally.Kind.ON_TIME)).isEqualTo(3);
    }

    @Test
    void no_more_rows_are_stored_than_are_wanted_and_they_expire_as_a_range() {
        OperatorRun run = run(spec(3, TUMBLING, null));
        for (int i = 0; i < 1000; i++) {
            run.feed(row(5, "a", i * 7919 % 1000, "x"), row(5, "g" + i, 1, "x"));
        }
        run.prepare(0);
        assertThat(run.entries("best", WindowRows.KIND)).isEqualTo(1 + 3 + 2 * 1000);
        run.commit();
        assertThat(run.prepare(9)).isTrue();
        assertThat(run.dirtyEntries()).isLessThanOrEqualTo(2);
        run.commit();
        assertThat(run.entries("best", WindowRows.KIND)).isZero();
    }

    @Test
    void years_without_rows_cost_nothing() {
        OperatorRun run = run(spec(1, hopping(2, 1), null));
        run.feed(row(-1_000_000_000_000L, "a", 1, "1"), row(1_000_000_000_000L, "a", 2, "2"));
        assertThat(run.checkpoint(Long.MAX_VALUE)).hasSize(4);
    }

    @Test
    void a_running_ranking_emits_the_ranks_that_a_row_changes() {
        OperatorRun run = run(spec(2, null, null));
        run.feed(
                row(1, "a", 5, "1"),
                row(2, "a", 3, "2"),
                row(3, "a", 3, "3"),
                row(4, "a", 9, "4"),
                row(5, "b", 1, "5"));
        assertThat(run.checkpoint(0))
                .containsExactly(
                        change(RowKind.INSERT, 1, "a", 5, "1", 1),
                        change(RowKind.INSERT, 2, "a", 3, "2", 2),
                        change(RowKind.UPDATE_AFTER, 4, "a", 9, "4", 1),
                        change(RowKind.UPDATE_AFTER, 4, "a", 5, "1", 2),
                        change(RowKind.INSERT, 5, "b", 1, "5", 1));
        assertThat(run.entries("best", RunningTop.ROWS)).isEqualTo(3);
    }

    @Test
    void a_running_ranking_over_updates_moves_inserts_and_deletes_ranks() {
        OperatorRun run = run(spec(2, null, List.of(2)));
        run.feed(row(1, "a", 5, "1"), row(2, "a", 3, "2"), row(3, "a", 1, "3"));
        run.checkpoint(0);
        run.feed(new Row(RowKind.UPDATE_BEFORE, 4, new Object[] {"a", 5, "1"}));
        run.feed(new Row(RowKind.UPDATE_AFTER, 4, new Object[] {"a", 2, "1"}));
        assertThat(run.checkpoint(0))
                .containsExactly(
                        change(RowKind.UPDATE_AFTER, 4, "a", 3, "2", 1),
                        change(RowKind.UPDATE_AFTER, 4, "a", 2, "1", 2));
        run.feed(new Row(RowKind.DELETE, 5, new Object[] {"a", 3, "2"}));
        assertThat(run.checkpoint(0))
                .containsExactly(
                        change(RowKind.UPDATE_AFTER, 5, "a", 2, "1", 1),
                        change(RowKind.UPDATE_AFTER, 5, "a", 1, "3", 2));
        run.feed(new Row(RowKind.DELETE, 6, new Object[] {"a", 2, "1"}));
        assertThat(run.checkpoint(0))
                .containsExactly(
                        change(RowKind.UPDATE_AFTER, 6, "a", 1, "3", 1), change(RowKind.DELETE, 6, "a", 1, "3", 2));
        run.feed(row(7, "b", 1, "3"), new Row(RowKind.DELETE, 8, new Object[] {"a", 1, "unknown"}));
        assertThat(run.checkpoint(0))
                .as("another group")
                .containsExactly(change(RowKind.DELETE, 7, "a", 1, "3", 1), change(RowKind.INSERT, 7, "b", 1, "3", 1));
    }

    @Test
    void a_row_that_comes_anew_with_the_same_order_keeps_its_place_among_equals() {
        OperatorRun run = run(spec(2, null, List.of(2)));
        run.feed(row(1, "a", 5, "1"), row(2, "a", 5, "2"), row(3, "a", 5, "1"));
        assertThat(run.checkpoint(0)).hasSize(2);
    }

    @Test
    void places_sort_as_the_order_says() {
        for (boolean descending : new boolean[] {false, true}) {
            for (boolean nullsFirst : new boolean[] {false, true}) {
                RowType text = RowType.of(new Column("s", Scalar.STRING), new Column("d", Scalar.DOUBLE));
                RankKeys keys = new RankKeys(new TopSpec(
                        "best",
                        text,
                        List.of(),
                        List.of(new Order(0, descending, nullsFirst), Order.descending(1)),
                        1,
                        null,
                        false,
                        null));
                String[] ascending = {"", "\0", "a", "a\0", "ab", "b", "\uffff"};
                byte[] before = nullsFirst ? keys.place(new @Nullable Object[] {null, 0.0}, 0) : new byte[0];
                for (int i = 0; i < ascending.length; i++) {
                    String value = ascending[descending ? ascending.length - 1 - i : i];
                    for (@Nullable Double number : new @Nullable Double[] {Double.NaN, 1.0, -1.0, null}) {
                        byte[] place = keys.place(new @Nullable Object[] {value, number}, 0);
                        assertThat(compare(before, place))
                                .as("%s %s", value, number)
                                .isNegative();
                        before = place;
                    }
                }
                if (!nullsFirst) {
                    byte[] last = keys.place(new @Nullable Object[] {null, 0.0}, 0);
                    assertThat(compare(before, last)).isNegative();
                }
            }
        }
    }

    private static int compare(byte[] left, byte[] right) {
        return OrderedBytes.compare(left, right);
    }

    @Test
    void a_time_out_of_range_is_reported_and_dropped() {
        OperatorRun run = run(spec(1, TUMBLING, null));
        run.feed(row(Long.MAX_VALUE, "a", 1, "1"));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(1);
        assertThat(WindowTop.timeOutOfRange("best"))
                .hasMessage("the event time is too far away from 1970 for the windows of best. "
                        + "Check the unit of the column that event time is taken from");
    }

    @Test
    void rows_that_replace_others_need_a_unique_key() {
        for (TopSpec spec : List.of(spec(1, TUMBLING, null), spec(1, null, null))) {
            assertThatThrownBy(() -> run(spec).feed(new Row(RowKind.DELETE, 1, new Object[] {"a", 1, "1"})))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("best was planned over a stream of INSERT rows, but got DELETE: it needs a unique key");
        }
    }

    @Test
    void a_spec_checks_itself() {
        assertThatThrownBy(() -> spec(0, null, null)).hasMessage("best keeps 0 rows: make it 1 or more");
        assertThatThrownBy(() -> spec(1, TUMBLING, List.of(2)))
                .hasMessage("best ranks windows of a stream of updates: only final rows can be ranked by window");
        assertThatThrownBy(() -> new TopSpec("best", COLUMNS, List.of(), List.of(), 1, null, false, null))
                .hasMessage("best has no order: say by which columns rows are ranked");
        List<Order> order = List.of(Order.ascending(0));
        assertThatThrownBy(() -> new TopSpec("best", COLUMNS, List.of(), order, 1, null, true, null))
                .hasMessage("best has columns for its windows, but no windows");
        assertThatThrownBy(() -> new TopSpec("best", COLUMNS, List.of(3), order, 1, null, false, null))
                .hasMessage("best ranks by column 3, but its input has 3 columns");
        RowType array = RowType.of(new Column("xs", new DataType.Array(Scalar.INT)));
        assertThatThrownBy(() -> TopOperator.of(new TopSpec("best", array, List.of(), order, 1, null, false, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("best: rows cannot be ordered by column \"xs\", which is ARRAY<INT>: "
                        + "order by a value inside it");
    }

    /** By g, the greatest v first. */
    static TopSpec spec(int limit, @Nullable SlicedWindows windows, @Nullable List<Integer> uniqueKey) {
        return new TopSpec(
                "best", COLUMNS, List.of(0), List.of(Order.descending(1)), limit, windows, windows != null, uniqueKey);
    }

    private static OperatorRun run(TopSpec spec) {
        return new OperatorRun(TopOperator.of(spec), "best");
    }

    private static Row row(long timeMs, String group, @Nullable Integer value, String id) {
        return Row.of(timeMs, group, value, id);
    }

    private static Row result(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.INSERT, timeMs, Finality.FINAL, values);
    }

    private static Row change(RowKind kind, long timeMs, String group, int value, String id, long rank) {
        return new Row(kind, timeMs, new Object[] {group, value, id, rank});
    }
}
