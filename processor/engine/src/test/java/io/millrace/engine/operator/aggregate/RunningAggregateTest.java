package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.PARTIALS;
import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.List;
import java.util.Random;
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

    @Test
    void final_results_come_once_when_time_is_over_in_the_order_of_keys() {
        OperatorRun run = new OperatorRun(RunningAggregate.of(finalSpec(null), ROWS), "totals");
        run.feed(row(7, "b", 1L), row(3, "a", 2L));
        assertThat(run.checkpoint(Long.MAX_VALUE - 1)).isEmpty();
        run.rebuild();
        run.feed(row(5, "b", 4L), row(-2, null, 8L));
        assertThat(run.checkpoint(Long.MAX_VALUE))
                .containsExactly(finalRow(-2, null, 1L, 8L), finalRow(3, "a", 1L, 2L), finalRow(7, "b", 2L, 5L));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        run.rebuild();
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void a_row_after_the_end_of_time_is_late() {
        OperatorRun run = new OperatorRun(RunningAggregate.of(finalSpec("too.late"), ROWS), "totals");
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        run.rebuild();
        run.feed(row(1, "a", 1L));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.count(Tally.Kind.LATE)).isEqualTo(1);
        assertThat(run.sent()).extracting(OperatorRun.Sent::topic).containsExactly("too.late");
    }

    @Test
    void final_results_are_the_same_whatever_happens_to_the_task_and_in_two_phases() {
        for (long seed = 1; seed <= 4; seed++) {
            Random random = new Random(seed);
            AggregateSpec spec = finalSpec(null);
            OperatorRun local = new OperatorRun(LocalAggregate.of(spec));
            OperatorContract whole = OperatorContract.of(RunningAggregate.of(spec, ROWS), "totals");
            OperatorContract fromPartials = OperatorContract.of(RunningAggregate.of(spec, PARTIALS), "totals");
            for (int i = 0; i < 200; i++) {
                Row row = row(random.nextInt(1000), "k" + random.nextInt(40), (long) random.nextInt(10));
                whole.feed(row);
                local.feed(row);
                if (random.nextInt(20) == 0) {
                    whole.checkpoint(i);
                    local.checkpoint(i).forEach(fromPartials::feed);
                    fromPartials.checkpoint(i);
                }
            }
            local.checkpoint(200).forEach(fromPartials::feed);
            whole.checkpoint(Long.MAX_VALUE).checkpoint(Long.MAX_VALUE);
            fromPartials.checkpoint(Long.MAX_VALUE);
            assertThat(whole.verify(seed))
                    .as("seed %d", seed)
                    .hasSizeGreaterThan(30)
                    .containsExactlyElementsOf(fromPartials.verify(seed));
        }
    }

    @Test
    void early_results_without_windows_are_refused() {
        AggregateSpec spec = new AggregateSpec("totals", Calls.INPUT, 1, null, List.of(), 0, new Emit.Early(5), null);
        assertThatThrownBy(() -> RunningAggregate.of(spec, ROWS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("totals has no windows, so none of its results is early. Use updates, or give it a window");
    }

    private static AggregateSpec finalSpec(@Nullable String lateTopic) {
        List<AggregateCall> calls = List.of(Calls.count(), Calls.of(Function.SUM, Calls.BIGINT));
        return new AggregateSpec("totals", Calls.INPUT, 1, null, calls, 0, Emit.FINAL, lateTopic);
    }

    private static Row finalRow(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.INSERT, timeMs, Finality.FINAL, values);
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
