package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.Declaration;
import io.millrace.api.Emitter;
import io.millrace.api.Processor;
import io.millrace.api.ProcessorContext;
import io.millrace.api.RowView;
import io.millrace.api.StateType;
import io.millrace.api.ValueState;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // Custom code gets its state and its context in open.
class ProcessorHarnessTest {
    private static final RowType COLUMNS =
            RowType.of(new Column("user", Scalar.STRING), new Column("n", Scalar.BIGINT));

    private final List<String> closed = new ArrayList<>();

    @Test
    void rows_and_side_outputs_are_taken_as_they_come() {
        ProcessorHarness sums = sums();
        sums.process(1, "ann", 2L);
        sums.process(2, "ann", 3L);
        assertThat(sums.takeOutput()).containsExactly(Row.of(1, "ann", 2L), Row.of(2, "ann", 5L));
        assertThat(sums.takeOutput()).isEmpty();
        assertThat(sums.takeSide("odd")).containsExactly(Row.of(2, "ann", 3L));
        assertThatThrownBy(() -> sums.takeSide("even"))
                .hasMessage("there is no side output \"even\"; declared are [odd]");
    }

    @Test
    void a_restart_keeps_state_and_a_crash_goes_back_to_the_last_checkpoint() {
        ProcessorHarness sums = sums();
        sums.process(1, "ann", 2L);
        sums.restart();
        sums.process(2, "ann", 4L);
        sums.crash();
        assertThat(sums.takeOutput()).containsExactly(Row.of(1, "ann", 2L));
        sums.process(2, "ann", 4L);
        assertThat(sums.takeOutput()).containsExactly(Row.of(2, "ann", 6L));
        assertThat(closed).hasSize(2);
    }

    @Test
    void timers_fire_when_a_test_moves_the_watermark_or_the_clock() {
        ProcessorHarness sums = sums();
        sums.process(5, "ann", 2L);
        sums.takeOutput();
        sums.watermark(14);
        assertThat(sums.takeOutput()).isEmpty();
        assertThat(sums.stateSize()).isEqualTo(3);
        sums.watermark(15);
        sums.clock(99);
        assertThat(sums.takeOutput()).containsExactly(Row.of(15, "ann", -1L));
        sums.clock(100);
        assertThat(sums.takeOutput()).containsExactly(Row.of(16, "ann", -2L));
        assertThat(sums.stateSize()).isEqualTo(1);
    }

    @Test
    void failures_are_shown_and_have_had_no_effect() {
        ProcessorHarness sums = sums();
        sums.process(1, "ann", null);
        sums.process(1, "ann", 2L);
        assertThat(sums.takeOutput()).containsExactly(Row.of(1, "ann", 2L));
        assertThat(sums.takeFailures()).singleElement().isInstanceOf(IllegalArgumentException.class);
        assertThat(sums.takeFailures()).isEmpty();
    }

    @Test
    void a_step_is_checked_as_in_a_job() {
        assertThatThrownBy(() -> step().by("nobody").open())
                .hasMessage("there is no column \"nobody\" among user STRING, n BIGINT");
        assertThatThrownBy(() -> step().by().open())
                .hasMessage("step: " + Sums.class.getName() + " needs a key, but the step has no by");
        assertThatThrownBy(() -> step().config("delai", "10").open())
                .hasMessage("the class does not know the key \"delai\", but [delay]");
        assertThatThrownBy(() -> sums().process(1, "ann"))
                .hasMessage("1 values for the 2 columns user STRING, n BIGINT");
    }

    private ProcessorHarness sums() {
        return step().open();
    }

    private ProcessorHarness.Builder step() {
        return ProcessorHarness.of(() -> new Sums(closed))
                .input(COLUMNS)
                .by("user")
                .config("delay", "10");
    }

    /** Sums up per user, sends odd numbers aside, and says when some time has passed. */
    private static final class Sums implements Processor {
        private final List<String> closed;
        private ValueState<Long> sum;
        private ProcessorContext context;

        Sums(List<String> closed) {
            this.closed = closed;
        }

        @Override
        public Declaration declare(RowType input, Configuration config) {
            return Declaration.of(input).withSide("odd", input).keyed().configuredBy("delay");
        }

        @Override
        public void open(ProcessorContext opened) {
            context = opened;
            sum = opened.valueState("sum", StateType.BIGINT);
        }

        @Override
        public void process(RowView row, Emitter out) {
            Long before = sum.get();
            sum.set((before == null ? 0 : before) + row.getLong("n"));
            out.row().copy(row).set("n", sum.get()).emit();
            if (row.getLong("n") % 2 == 1) {
                out.side("odd").row().copy(row).emit();
            }
            context.registerEventTimer(row.timeMs() + context.config().getLong("delay"));
            context.registerProcessingTimer(context.processingTimeMs() + 100);
        }

        @Override
        public void onEventTimer(long timeMs, RowView key, Emitter out) {
            out.row().copy(key).set("n", -1).emit();
        }

        @Override
        public void onProcessingTimer(long timeMs, RowView key, Emitter out) {
            out.row().copy(key).set("n", -2).emit();
        }

        @Override
        public void close() {
            closed.add("closed");
        }
    }
}
