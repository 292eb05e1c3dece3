package io.millrace.engine.operator.process;

import static io.millrace.engine.operator.process.Code.keyed;
import static io.millrace.engine.operator.process.Code.out;
import static io.millrace.engine.operator.process.Code.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.api.Emitter;
import io.millrace.api.ProcessorContext;
import io.millrace.api.RowView;
import io.millrace.api.StateType;
import io.millrace.api.ValueState;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // Custom code gets its state and its context in open.
class TimersTest {
    @Test
    void timers_fire_once_in_the_order_of_time_and_then_of_keys() {
        OperatorRun run = keyed(new Registering());
        run.feed(event("b", 20), event("a", 20), event("a", 10), event("a", 20), event("a", 31));
        assertThat(run.checkpoint(9)).isEmpty();
        assertThat(run.checkpoint(30)).containsExactly(out(10, "a", 10L), out(20, "a", 20L), out(20, "b", 20L));
        run.rebuild();
        assertThat(run.checkpoint(31)).containsExactly(out(31, "a", 31L));
        assertThat(run.checkpoint(Long.MAX_VALUE)).isEmpty();
        assertThat(run.entries(Code.STEP, StateKeys.EVENT_TIMER)).isZero();
    }

    @Test
    void a_timer_taken_back_does_not_fire() {
        OperatorRun run = keyed(new Registering());
        run.feed(event("a", 10), event("b", 10), row(0, "a", "delete", 10L), row(0, "a", "delete", 11L));
        assertThat(run.checkpoint(100)).containsExactly(out(10, "b", 10L));
    }

    @Test
    void a_timer_for_a_time_that_has_passed_fires_at_the_next_checkpoint() {
        OperatorRun run = keyed(new Registering());
        run.checkpoint(50);
        run.feed(event("a", 10));
        assertThat(run.checkpoint(50)).containsExactly(out(10, "a", 10L));
    }

    @Test
    void timers_registered_and_deleted_by_timers_count_if_their_turn_has_not_come() {
        OperatorRun run = keyed(new Registering() {
            @Override
            public void onEventTimer(long timeMs, RowView key, Emitter out) {
                super.onEventTimer(timeMs, key, out);
                if (timeMs == 10) {
                    context.registerEventTimer(15);
                    context.registerEventTimer(5);
                    context.registerEventTimer(95);
                    context.deleteEventTimer(20);
                }
            }
        });
        run.feed(event("a", 10), event("a", 20), event("a", 30));
        assertThat(run.checkpoint(90))
                .containsExactly(out(10, "a", 10L), out(15, "a", 15L), out(30, "a", 30L), out(5, "a", 5L));
        assertThat(run.checkpoint(95)).containsExactly(out(95, "a", 95L));
    }

    @Test
    void a_timer_that_throws_is_gone_with_all_that_it_did() {
        OperatorRun run = keyed(new Registering() {
            @Override
            public void onEventTimer(long timeMs, RowView key, Emitter out) {
                super.onEventTimer(timeMs, key, out);
                context.registerEventTimer(timeMs + 1);
                throw new IllegalStateException("no");
            }
        });
        run.feed(event("a", 10));
        assertThat(run.checkpoint(100)).isEmpty();
        assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(1);
        assertThat(run.entries(Code.STEP, StateKeys.EVENT_TIMER)).isZero();
    }

    @Test
    void a_timer_sees_state_and_time_as_of_its_own_time_however_far_the_watermark_jumps() {
        List<Long> seen = new ArrayList<>();
        OperatorRun run = keyed(new Registering() {
            private ValueState<Long> last;

            @Override
            public void open(ProcessorContext opened) {
                super.open(opened);
                last = opened.valueState("last", StateType.BIGINT, Duration.ofMillis(15));
            }

            @Override
            public void process(RowView row, Emitter out) {
                super.process(row, out);
                last.set(row.timeMs());
            }

            @Override
            public void onEventTimer(long timeMs, RowView key, Emitter out) {
                Long held = last.get();
                seen.add(held == null ? -1 : held);
                seen.add(context.watermarkMs());
            }
        });
        run.feed(event("a", 10), event("a", 20));
        run.checkpoint(1_000);
        assertThat(seen).containsExactly(0L, 10L, -1L, 20L);
    }

    @Test
    void timers_that_go_on_for_ever_leave_room_for_commits() {
        OperatorRun run = keyed(new Registering() {
            @Override
            public void onEventTimer(long timeMs, RowView key, Emitter out) {
                context.registerEventTimer(timeMs + 1);
            }
        });
        run.feed(event("a", 1));
        assertThat(run.prepare(Long.MAX_VALUE)).isFalse();
        run.commit();
        run.rebuild();
        assertThat(run.prepare(Long.MAX_VALUE)).isFalse();
        assertThat(run.entries(Code.STEP, StateKeys.EVENT_TIMER)).isEqualTo(1);
    }

    @Test
    void timers_of_processing_time_fire_by_the_wall_clock_with_an_event_time_that_is_not_late() {
        OperatorRun run = keyed(new Registering());
        run.clock(1_000);
        run.feed(row(7, "a", "wall", 2_000L), row(8, "b", "wall", 1_500L), row(8, "c", "wall", 1_500L));
        run.feed(row(8, "c", "unwall", 1_500L));
        assertThat(run.checkpoint(0)).isEmpty();
        assertThat(run.operator().nextTickMs()).isEqualTo(1_500);
        run.clock(1_500);
        assertThat(run.checkpoint(0)).containsExactly(out(8, "b", -1_500L));
        assertThat(run.operator().nextTickMs()).isEqualTo(2_000);
        run.rebuild();
        run.clock(9_000);
        assertThat(run.checkpoint(40)).containsExactly(out(41, "a", -2_000L));
        assertThat(run.operator().nextTickMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void a_timer_without_a_method_for_it_says_so() {
        List<String> messages = new ArrayList<>();
        Code code = new Code() {
            @Override
            public void process(RowView row, Emitter out) {
                try {
                    onEventTimer(1, row, out);
                } catch (Exception e) {
                    messages.add(String.valueOf(e.getMessage()));
                }
                try {
                    onProcessingTimer(1, row, out);
                } catch (Exception e) {
                    messages.add(String.valueOf(e.getMessage()));
                }
            }
        };
        keyed(code).feed(row(1, "a", ""));
        String name = code.getClass().getName();
        assertThat(messages)
                .containsExactly(
                        name + " has registered a timer of event time, but does not override onEventTimer",
                        name + " has registered a timer of processing time, but does not override onProcessingTimer");
    }

    private static io.millrace.serde.Row event(String key, long timerMs) {
        return row(0, key, "event", timerMs);
    }

    /** Registers and deletes timers as told by the word, and emits the key and the time when they fire. */
    private static class Registering extends Code {
        @Override
        public void process(RowView row, Emitter out) {
            long timeMs = row.getLong("n");
            switch (String.valueOf(row.getString("word"))) {
                case "event" -> context.registerEventTimer(timeMs);
                case "delete" -> context.deleteEventTimer(timeMs);
                case "wall" -> context.registerProcessingTimer(timeMs);
                default -> context.deleteProcessingTimer(timeMs);
            }
        }

        @Override
        public void onEventTimer(long timeMs, RowView key, Emitter out) {
            out.emit(key.getString("key"), timeMs);
        }

        @Override
        public void onProcessingTimer(long timeMs, RowView key, Emitter out) {
            out.emit(key.getString("key"), -timeMs);
        }
    }
}
