package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RunningAggregateTest {
    @Test
    void each_row_emits_the_new_result_first_an_insert_then_updates() {
        OperatorRun run = run(Calls.count(), Calls.of(Function.SUM, Calls.BIGINT));
        run.feed(row(3, "a", 5L), row(1, "a", null), row(2, null, 1L), row(4, null, 1L));
        assertThat(run.checkpoint(0))
                .containsExactly(
                        Row.of(3, "a", 1L, 5L),
                        update(1, "a", 2L, 5L),
                        Row.of(2, null, 1L, 1L),
                        update(4, null, 2L, 2L));
        run.rebuild();
        run.feed(row(9, "a", 1L));
        assertThat(run.checkpoint(0)).containsExactly(update(9, "a", 3L, 6L));
    }

    @Test
    void an_unchanged_result_is_not_emitted_again() {
        OperatorRun run =
                run(Calls.of(Function.MAX, Calls.BIGINT), Calls.distinct(Calls.of(Function.COUNT, Calls.BIGINT)));
        run.feed(
                row(1, "a", 5L), row(2, "a", 5L), row(3, "a", 4L), row(4, "a", 4L), row(5, "a", null), row(6, "a", 6L));
        assertThat(run.checkpoint(0))
                .containsExactly(Row.of(1, "a", 5L, 1L), update(3, "a", 5L, 2L), update(6, "a", 6L, 3L));
    }

    @Test
    void a_first_result_of_nulls_is_emitted_too() {
        OperatorRun run = run(Calls.of(Function.SUM, Calls.BIGINT));
        run.feed(row(1, "a", null), row(2, "a", null));
        assertThat(run.checkpoint(0)).containsExactly(Row.of(1, "a", null));
    }

    @Test
    void without_a_key_there_is_one_group() {
        AggregateSpec spec = new AggregateSpec("totals", Calls.INPUT, 0, null, List.of(Calls.count()), 0);
        OperatorRun run = new OperatorRun(RunningAggregate.of(spec, ROWS), "totals");
        run.feed(row(1, "a", null), row(2, "b", null));
        assertThat(run.checkpoint(0)).containsExactly(Row.of(1, 1L), update(2, 2L));
    }

    private static OperatorRun run(AggregateCall... calls) {
        return new OperatorRun(RunningAggregate.of(Calls.spec(null, 0, List.of(calls)), ROWS), "totals");
    }

    private static Row row(long timeMs, @Nullable String key, @Nullable Long b) {
        return Row.of(timeMs, key, null, b, null, null, null, null);
    }

    private static Row update(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.UPDATE_AFTER, timeMs, values);
    }
}
