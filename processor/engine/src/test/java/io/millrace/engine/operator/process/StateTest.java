package io.millrace.engine.operator.process;

import static io.millrace.engine.operator.process.Code.keyed;
import static io.millrace.engine.operator.process.Code.out;
import static io.millrace.engine.operator.process.Code.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Emitter;
import io.millrace.api.ListState;
import io.millrace.api.MapState;
import io.millrace.api.ProcessorContext;
import io.millrace.api.RowView;
import io.millrace.api.StateType;
import io.millrace.api.ValueState;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // Custom code gets its state and its context in open.
class StateTest {
    private static final Duration TEN = Duration.ofMillis(10);

    /** No time to live. */
    private static final Duration NONE = Duration.ZERO;

    @Test
    void each_key_has_its_own_value_which_a_restart_keeps() {
        OperatorRun run = keyed(new Counting(NONE));
        run.feed(row(1, "a", ""), row(2, "b", ""), row(3, "a", ""), row(4, null, null, 0L), row(5, null, null, 0L));
        run.checkpoint(0);
        run.rebuild();
        run.feed(row(6, "a", ""));
        run.checkpoint(0);
        assertThat(run.output())
                .containsExactly(
                        out(1, "a", 1L),
                        out(2, "b", 1L),
                        out(3, "a", 2L),
                        out(4, null, 1L),
                        out(5, null, 2L),
                        out(6, "a", 3L));
    }

    @Test
    void what_was_not_committed_is_gone_after_a_crash() {
        OperatorRun run = keyed(new Counting(NONE));
        run.feed(row(1, "a", ""));
        run.checkpoint(0);
        run.feed(row(2, "a", ""), row(3, "a", ""));
        run.rebuild();
        run.feed(row(2, "a", ""));
        assertThat(run.checkpoint(0)).containsExactly(out(2, "a", 2L));
    }

    @Test
    void a_value_vanishes_when_event_time_has_come_its_time_to_live_past_its_last_write() {
        OperatorRun run = keyed(new Counting(TEN));
        run.feed(row(100, "a", ""), row(105, "b", ""));
        run.checkpoint(109);
        run.feed(row(109, "a", ""));
        assertThat(run.checkpoint(114)).containsExactly(out(109, "a", 2L));
        run.feed(row(115, "b", ""));
        assertThat(run.checkpoint(114)).containsExactly(out(115, "b", 2L));
        run.checkpoint(119);
        run.feed(row(120, "a", ""));
        assertThat(run.checkpoint(119)).containsExactly(out(120, "a", 1L));
        run.checkpoint(130);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isZero();
        assertThat(run.entries(Code.STEP, StateKeys.EXPIRY)).isZero();
    }

    @Test
    void an_entry_is_listed_once_however_often_it_is_written() {
        OperatorRun run = keyed(new Counting(TEN));
        for (long timeMs = 100; timeMs < 200; timeMs++) {
            run.feed(row(timeMs, "a", ""));
        }
        assertThat(run.entries(Code.STEP, StateKeys.EXPIRY)).isEqualTo(1);
        run.checkpoint(150);
        assertThat(run.entries(Code.STEP, StateKeys.EXPIRY)).isEqualTo(1);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isEqualTo(1);
        run.checkpoint(208);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isEqualTo(1);
        run.checkpoint(209);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isZero();
        assertThat(run.entries(Code.STEP, StateKeys.EXPIRY)).isZero();
    }

    @Test
    void a_row_out_of_order_does_not_shorten_a_life_and_one_behind_the_watermark_begins_a_whole_one() {
        OperatorRun run = keyed(new Counting(TEN));
        run.feed(row(100, "a", ""), row(95, "a", ""));
        run.checkpoint(109);
        run.feed(row(1, "b", ""));
        run.checkpoint(109);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isEqualTo(2);
        run.checkpoint(110);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isEqualTo(1);
        run.checkpoint(119);
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isZero();
    }

    @Test
    void clearing_leaves_nothing_behind() {
        OperatorRun run = keyed(new Steps() {
            private ValueState<Long> value;
            private ListState<String> list;
            private MapState<String, Long> map;

            @Override
            void open() {
                value = context.valueState("value", StateType.BIGINT, TEN);
                list = context.listState("list", StateType.STRING, TEN);
                map = context.mapState("map", StateType.STRING, StateType.BIGINT, TEN);
            }

            @Override
            void step(String word) {
                value.set(1L);
                list.set(List.of("x", "y"));
                map.put("x", 1L);
                if (word.equals("clear")) {
                    value.clear();
                    list.clear();
                    map.clear();
                    assertThat(value.get()).isNull();
                    assertThat(list.isEmpty()).isTrue();
                    assertThat(map.isEmpty()).isTrue();
                }
            }
        });
        run.feed(row(1, "a", ""), row(2, "a", "clear"), row(2, "b", "clear"));
        run.checkpoint(0);
        for (byte kind : new byte[] {StateKeys.VALUE, StateKeys.LIST, StateKeys.MAP, StateKeys.EXPIRY}) {
            assertThat(run.entries(Code.STEP, kind)).as("kind %d", kind).isZero();
        }
    }

    @Test
    void a_list_keeps_the_order_of_adding_per_key() {
        OperatorRun run = keyed(new Steps() {
            private ListState<String> list;

            @Override
            void open() {
                list = context.listState("list", StateType.STRING);
            }

            @Override
            void step(String word) {
                assertThat(list.isEmpty()).isEqualTo(list.toList().isEmpty());
                list.add(word);
                say(list.toList());
            }
        });
        run.feed(row(1, "a", "z"), row(2, "b", "b"), row(3, "a", "y"));
        run.checkpoint(0);
        run.rebuild();
        run.feed(row(4, "a", "x"));
        run.checkpoint(0);
        assertThat(run.output().stream().map(row -> row.value(0))).containsExactly("[z]", "[b]", "[z, y]", "[z, y, x]");
    }

    @Test
    void elements_of_a_list_vanish_one_by_one() {
        OperatorRun run = keyed(new Steps() {
            private ListState<String> list;

            @Override
            void open() {
                list = context.listState("list", StateType.STRING, TEN);
            }

            @Override
            void step(String word) {
                list.add(word);
                say(list.toList());
            }
        });
        run.feed(row(1, "a", "x"), row(5, "a", "y"));
        run.checkpoint(11);
        run.feed(row(12, "a", "z"));
        assertThat(run.checkpoint(100).get(0).value(0)).isEqualTo("[y, z]");
        assertThat(run.entries(Code.STEP, StateKeys.LIST)).isZero();
    }

    @Test
    void a_map_shows_its_entries_in_the_order_of_its_keys_with_this_calls_writes() {
        OperatorRun run = keyed(new Steps() {
            private MapState<Long, String> map;

            @Override
            void open() {
                map = context.mapState("map", StateType.BIGINT, StateType.STRING);
            }

            @Override
            void step(String word) {
                if (word.equals("fill")) {
                    map.put(5L, "five");
                    map.put(-1L, "minus");
                    map.put(2L, "two");
                } else {
                    map.remove(2L);
                    map.put(3L, "three");
                    map.put(5L, "FIVE");
                    assertThat(map.contains(2L)).isFalse();
                    assertThat(map.contains(3L)).isTrue();
                    assertThat(map.get(5L)).isEqualTo("FIVE");
                }
                List<String> entries = new ArrayList<>();
                map.forEach((n, text) -> {
                    entries.add(n + text);
                    map.remove(n);
                    map.put(n, text);
                });
                say(entries);
            }
        });
        run.feed(row(1, "a", "fill"), row(1, "b", "fill"));
        run.checkpoint(0);
        run.feed(row(2, "a", "change"));
        run.checkpoint(0);
        assertThat(run.output().stream().map(row -> row.value(0)))
                .containsExactly("[-1minus, 2two, 5five]", "[-1minus, 2two, 5five]", "[-1minus, 3three, 5FIVE]");
    }

    @Test
    void a_time_to_live_may_be_given_and_taken_from_one_version_to_the_next() {
        OperatorRun run = keyed(new Counting(NONE, TEN, NONE, TEN));
        run.feed(row(100, "a", ""), row(100, "b", ""));
        run.checkpoint(100);
        run.rebuild(); // ten
        run.feed(row(101, "a", ""));
        run.checkpoint(109);
        run.rebuild(); // none
        run.feed(row(110, "a", ""));
        run.checkpoint(5_000);
        assertThat(run.entries(Code.STEP, StateKeys.EXPIRY)).isZero();
        run.rebuild(); // ten
        run.feed(row(5_001, "a", ""), row(5_001, "b", ""));
        assertThat(run.checkpoint(6_000)).containsExactly(out(5_001, "a", 4L), out(5_001, "b", 2L));
        assertThat(run.entries(Code.STEP, StateKeys.VALUE)).isZero();
    }

    @Test
    void state_with_another_type_than_what_is_kept_is_refused() {
        Declaring code = new Declaring(context -> context.valueState("x", StateType.BIGINT));
        OperatorRun run = keyed(code);
        run.commit();
        code.opening = context -> context.valueState("x", StateType.STRING);
        assertThatThrownBy(run::rebuild)
                .hasMessage("step custom: com.acme.Code could not be opened: step custom: state \"x\" is kept as BIGINT"
                        + " and cannot be read as STRING; give the new state another name");
    }

    @Test
    void a_row_in_state_may_grow_by_nullable_columns() {
        Column first = new Column("a", Scalar.BIGINT);
        List<@Nullable Object> read = new ArrayList<>();
        Growing code = new Growing(RowType.of(first), read);
        OperatorRun run = keyed(code);
        run.feed(row(1, "k", "", 7L));
        run.commit();
        code.type = RowType.of(first, new Column("b", Scalar.STRING));
        run.rebuild();
        run.feed(row(1, "k", "", 8L));
        run.commit();
        assertThat(read).containsExactly(7L, null);
        code.type = RowType.of(first, new Column("b", Scalar.STRING), new Column("c", Scalar.STRING, false));
        assertThatThrownBy(run::rebuild).hasMessageContaining("give the new state another name");
    }

    @Test
    void state_is_asked_for_once_in_open_with_a_proper_name_and_life() {
        assertThatThrownBy(() -> keyed(new Declaring(context -> {
                    context.valueState("x", StateType.BIGINT);
                    context.listState("x", StateType.BIGINT);
                })))
                .hasMessageEndingWith("state \"x\" is asked for twice");
        assertThatThrownBy(() -> keyed(new Declaring(context -> context.valueState("a b", StateType.BIGINT))))
                .hasMessageEndingWith("\"a b\" cannot be the name of state: use 1 to 100 letters, digits, _, - and .");
        assertThatThrownBy(() ->
                        keyed(new Declaring(context -> context.valueState("x", StateType.BIGINT, Duration.ofNanos(5)))))
                .hasMessageEndingWith("state \"x\" needs a time to live of at least 1 ms, not PT0.000000005S");
        assertThatThrownBy(() -> keyed(new Declaring(
                        context -> context.valueState("x", StateType.BIGINT).get())))
                .hasMessageEndingWith(
                        "there is no key here; use state and timers in process and in the timers' methods only");
        List<String> messages = new ArrayList<>();
        OperatorRun run = keyed(new Steps() {
            @Override
            void open() {}

            @Override
            void step(String word) {
                assertThatThrownBy(() -> context.valueState("late", StateType.BIGINT))
                        .satisfies(e -> messages.add(e.getMessage()));
            }
        });
        run.feed(row(1, "a", ""));
        assertThat(messages).containsExactly("step custom: state \"late\" is asked for too late; ask for it in open");
    }

    /** Counts the rows of each key; each time it is opened with the next of the times to live, and then the last again. */
    private static final class Counting extends Code {
        private final Duration[] ttls;
        private int opened;
        private ValueState<Long> count;

        Counting(Duration... ttls) {
            this.ttls = ttls;
        }

        @Override
        public void open(ProcessorContext context) {
            Duration ttl = ttls[Math.min(opened++, ttls.length - 1)];
            count = ttl.isZero()
                    ? context.valueState("count", StateType.BIGINT)
                    : context.valueState("count", StateType.BIGINT, ttl);
        }

        @Override
        public void process(RowView row, Emitter out) {
            Long before = count.get();
            count.set(before == null ? 1 : before + 1);
            out.emit(row.getString("key"), count.get());
        }
    }

    /** Does something for each word and says what came of it. */
    private abstract static class Steps extends Code {
        private @Nullable Emitter output;

        abstract void open();

        abstract void step(String word);

        void say(Object what) {
            if (output != null) {
                output.emit(what.toString(), null);
            }
        }

        @Override
        public void open(ProcessorContext opened) {
            super.open(opened);
            open();
        }

        @Override
        public void process(RowView row, Emitter out) {
            output = out;
            step(String.valueOf(row.getString("word")));
        }
    }

    private static final class Declaring extends Code {
        private Consumer<ProcessorContext> opening;

        Declaring(Consumer<ProcessorContext> opening) {
            this.opening = opening;
        }

        @Override
        public void open(ProcessorContext opened) {
            opening.accept(opened);
        }
    }

    /** Keeps the row's number in the first field of a row, and reads what is kept in the last. */
    private static final class Growing extends Code {
        private final List<@Nullable Object> read;
        private RowType type;
        private ValueState<@Nullable Object[]> state;

        Growing(RowType type, List<@Nullable Object> read) {
            this.type = type;
            this.read = read;
        }

        @Override
        public void open(ProcessorContext opened) {
            state = opened.valueState("row", StateType.row(type));
        }

        @Override
        public void process(RowView row, Emitter out) {
            @Nullable Object[] kept = state.get();
            if (kept == null) {
                kept = new Object[] {row.getLong("n")};
                state.set(kept);
            }
            read.add(kept[kept.length - 1]);
        }
    }
}
