package io.millrace.engine.operator.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LocalAggregateTest {
    private static final List<AggregateCall> CALLS = List.of(
            Calls.count(),
            Calls.of(Function.SUM, Calls.BIGINT),
            Calls.distinct(Calls.of(Function.COUNT, Calls.STRING)));
    private static final AggregateSpec WINDOWED = Calls.spec(SlicedWindows.tumbling(10, 0), 0, CALLS);
    private static final AggregateSpec RUNNING = Calls.spec(null, 0, CALLS);

    @Test
    void the_partial_type_is_key_slice_end_count_and_slots() {
        assertThat(WINDOWED.partialType().toString())
                .isEqualTo(
                        "key STRING, $slice_end BIGINT NOT NULL, $count BIGINT NOT NULL, $1_0 BIGINT, $2_0 ARRAY<STRING>");
        assertThat(RUNNING.partialType().names()).containsExactly("key", "$count", "$1_0", "$2_0");
    }

    @Test
    void one_partial_row_per_group_and_slice_leaves_at_the_flush() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(WINDOWED));
        run.feed(row(3, "a", 5L, "x"), row(1, "a", null, "x"), row(2, "b", 7L, "y"), row(10, "a", 1L, null));
        assertThat(run.pending()).isEmpty();
        assertThat(run.checkpoint(Long.MIN_VALUE))
                .containsExactly(
                        Row.of(3, "a", 10L, 2L, 5L, List.of("x")),
                        Row.of(2, "b", 10L, 1L, 7L, List.of("y")),
                        Row.of(10, "a", 20L, 1L, 1L, List.of()));
        assertThat(run.checkpoint(Long.MIN_VALUE)).isEmpty();
    }

    @Test
    void the_null_key_is_one_group() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(RUNNING));
        run.feed(row(1, null, 1L, null), row(2, null, 2L, null));
        assertThat(run.checkpoint(0)).containsExactly(Row.of(2, null, 2L, 3L, List.of()));
    }

    @Test
    void many_groups_are_told_apart() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(RUNNING));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 5000; i++) {
                run.feed(row(i, "k" + i, (long) i, null));
            }
        }
        List<Row> partials = run.checkpoint(0);
        assertThat(partials).hasSize(5000);
        for (int i = 0; i < 5000; i++) {
            assertThat(partials.get(i).values()).containsExactly("k" + i, 3L, 3L * i, List.of());
        }
    }

    @Test
    void bundled_bytes_grow_with_groups_and_distinct_values_and_fall_at_the_flush() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(RUNNING));
        assertThat(run.operator().bundledBytes()).isZero();
        run.feed(row(1, "a", 1L, "x"));
        long one = run.operator().bundledBytes();
        run.feed(row(1, "a", 1L, "x"));
        assertThat(run.operator().bundledBytes()).isEqualTo(one).isGreaterThan(100);
        run.feed(row(1, "a", 1L, "y".repeat(1000)));
        assertThat(run.operator().bundledBytes()).isGreaterThan(one + 1000);
        run.checkpoint(0);
        assertThat(run.operator().bundledBytes()).isZero();
    }

    @Test
    void a_row_whose_time_cannot_be_in_a_window_is_reported() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(WINDOWED));
        run.feed(row(Long.MIN_VALUE, "a", 1L, null), row(Long.MAX_VALUE, "a", 1L, null));
        assertThat(run.checkpoint(0)).isEmpty();
        assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(2);
    }

    @Test
    void a_row_that_may_be_late_behind_leaves_at_once_on_its_own_if_late_rows_are_passed_on() {
        AggregateSpec spec = new AggregateSpec(
                "totals", Calls.INPUT, 1, SlicedWindows.tumbling(10, 0), CALLS, 0, Emit.FINAL, "too-late");
        OperatorRun run = new OperatorRun(LocalAggregate.of(spec));
        run.feed(row(3, "a", 5L, "x")); // no watermark is known yet
        assertThat(run.pending()).containsExactly(Row.of(3, "a", 10L, 1L, 5L, List.of("x")));
        run.checkpoint(7);
        run.feed(row(8, "a", 1L, "x"), row(7, "a", 2L, "x"), row(9, "a", 4L, "y"));
        assertThat(run.pending()).containsExactly(Row.of(7, "a", 10L, 1L, 2L, List.of("x")));
        assertThat(run.checkpoint(7)).endsWith(Row.of(9, "a", 10L, 2L, 5L, List.of("x", "y")));
        run.trail();
        run.feed(row(100, "a", 1L, null));
        assertThat(run.pending()).containsExactly(Row.of(100, "a", 110L, 1L, 1L, List.of()));
        assertThat(run.operator().bundledBytes()).isZero();
    }

    @Test
    void a_row_that_may_be_late_behind_is_added_up_like_others_if_late_rows_are_only_counted() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(WINDOWED));
        run.checkpoint(7);
        run.feed(row(3, "a", 5L, "x"));
        assertThat(run.pending()).isEmpty();
    }

    @Test
    void updates_are_a_planning_error() {
        OperatorRun run = new OperatorRun(LocalAggregate.of(RUNNING));
        Row update = new Row(RowKind.UPDATE_AFTER, 1, row(1, "a", 1L, null).values());
        assertThatThrownBy(() -> run.feed(update))
                .hasMessage(
                        "totals was planned over a stream of updates, but it only takes INSERT rows and got UPDATE_AFTER");
    }

    private static Row row(long timeMs, @Nullable String key, @Nullable Long b, @Nullable String s) {
        return Row.of(timeMs, key, null, b, null, null, s, null);
    }
}
