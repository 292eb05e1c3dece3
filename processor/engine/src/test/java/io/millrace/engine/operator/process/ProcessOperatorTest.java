package io.millrace.engine.operator.process;

import static io.millrace.engine.operator.process.Code.keyed;
import static io.millrace.engine.operator.process.Code.out;
import static io.millrace.engine.operator.process.Code.row;
import static io.millrace.engine.operator.process.Code.unkeyed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.api.Configuration;
import io.millrace.api.Declaration;
import io.millrace.api.Emitter;
import io.millrace.api.ListState;
import io.millrace.api.ProcessorContext;
import io.millrace.api.RowView;
import io.millrace.api.StateType;
import io.millrace.api.ValueState;
import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // Custom code gets its state and its context in open.
class ProcessOperatorTest {
    @Test
    void rows_leave_with_the_time_of_the_row_at_hand_or_another() {
        OperatorRun run = unkeyed(new Code() {
            @Override
            public void process(RowView row, Emitter out) {
                out.emit("same", row.timeMs());
                out.emitAt(7, "other", 1);
                out.row().set("n", 2).set("word", "built").at(9).emit();
                out.row().copy(row).emit();
                out.side("odd").emit("aside", null);
                out.side("unread").emit("dropped", null);
            }
        });
        run.feed(row(5, "k", "w", 3L));
        assertThat(run.checkpoint(0))
                .containsExactly(out(5, "same", 5L), out(7, "other", 1L), out(9, "built", 2L), out(5, "w", 3L));
        assertThat(run.side("odd")).containsExactly(out(5, "aside", null));
        assertThat(run.side("unread")).isEmpty();
    }

    @Test
    void what_a_call_did_is_taken_back_when_it_throws() {
        Code code = new Code() {
            private ValueState<Long> sum;

            @Override
            public void open(ProcessorContext opened) {
                super.open(opened);
                sum = opened.valueState("sum", StateType.BIGINT);
            }

            @Override
            public void process(RowView row, Emitter out) throws Exception {
                Long before = sum.get();
                long after = (before == null ? 0 : before) + row.getLong("n");
                sum.set(after);
                assertThat(sum.get()).isEqualTo(after);
                out.emit("sum", after);
                out.side("odd").emit("sum", after);
                context.registerEventTimer(row.timeMs() + 10);
                switch (String.valueOf(row.getString("word"))) {
                    case "checked" -> throw new IOException("no");
                    case "runtime" -> throw new IllegalArgumentException("no");
                    case "error" -> throw new AssertionError("no");
                    default -> {}
                }
            }

            @Override
            public void onEventTimer(long timeMs, RowView key, Emitter out) {
                out.emit("timer", timeMs);
            }
        };
        OperatorRun run = keyed(code);
        run.feed(
                row(1, "a", "", 1L),
                row(2, "a", "runtime", 100L),
                row(3, "a", "checked", 100L),
                row(4, "a", "error", 100L),
                row(5, "a", "", 2L));
        assertThat(run.checkpoint(100))
                .containsExactly(out(1, "sum", 1L), out(5, "sum", 3L), out(11, "timer", 11L), out(15, "timer", 15L));
        assertThat(run.side("odd")).containsExactly(out(1, "sum", 1L), out(5, "sum", 3L));
        assertThat(run.count(Tally.Kind.ERRORS)).isEqualTo(3);
    }

    @Test
    void a_row_that_was_begun_and_not_ended_is_gone_with_the_call() {
        OperatorRun run = unkeyed(new Code() {
            @Override
            public void process(RowView row, Emitter out) {
                out.row().set("word", "begun");
                out.row().set("n", 1).emit();
            }
        });
        run.feed(row(1, "a", ""));
        assertThat(run.checkpoint(0)).containsExactly(out(1, null, 1L));
    }

    @Test
    void without_a_key_there_is_no_state_and_are_no_timers() {
        List<String> messages = new ArrayList<>();
        OperatorRun run = unkeyed(new Code() {
            @Override
            public void open(ProcessorContext opened) {
                super.open(opened);
                assertThatThrownBy(() -> opened.valueState("x", StateType.BIGINT))
                        .satisfies(e -> messages.add(e.getMessage()));
            }

            @Override
            public void process(RowView row, Emitter out) {
                assertThatThrownBy(() -> context.registerEventTimer(1)).satisfies(e -> messages.add(e.getMessage()));
            }
        });
        run.feed(row(1, "a", ""));
        assertThat(run.count(Tally.Kind.ERRORS)).isZero();
        assertThat(messages)
                .hasSize(2)
                .allMatch(
                        "step custom has no keys, so there is no state and there are no timers; give it by: with the columns that they go by"
                                ::equals);
    }

    @Test
    void a_step_without_keys_knows_the_watermark_from_the_first_checkpoint_on() {
        List<Long> seen = new ArrayList<>();
        OperatorRun run = unkeyed(new Code() {
            @Override
            public void process(RowView row, Emitter out) {
                seen.add(context.watermarkMs());
            }
        });
        run.feed(row(1, "a", ""));
        run.checkpoint(40);
        run.feed(row(1, "a", ""));
        run.checkpoint(30);
        run.feed(row(1, "a", ""));
        run.rebuild();
        run.feed(row(1, "a", ""));
        assertThat(seen).containsExactly(ProcessorContext.NO_WATERMARK, 40L, 40L, ProcessorContext.NO_WATERMARK);
    }

    @Test
    void updates_are_refused_unless_the_class_accepts_them() {
        Row update = new Row(RowKind.UPDATE_AFTER, 1, row(1, "a", "w").values());
        assertThatThrownBy(() -> unkeyed(new Code()).feed(update))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("custom was planned over a stream of updates, but com.acme.Code only takes INSERT rows"
                        + " and got UPDATE_AFTER");
        List<RowKind> kinds = new ArrayList<>();
        OperatorRun run = unkeyed(new Code() {
            @Override
            public Declaration declare(RowType input, Configuration config) {
                return super.declare(input, config).acceptingUpdates();
            }

            @Override
            public void process(RowView row, Emitter out) {
                kinds.add(row.kind());
            }
        });
        run.feed(update, row(1, "a", ""));
        assertThat(kinds).containsExactly(RowKind.UPDATE_AFTER, RowKind.INSERT);
    }

    @Test
    void a_class_that_cannot_be_opened_or_closed_is_named_with_its_step() {
        assertThatThrownBy(() -> unkeyed(new Code() {
                    @Override
                    public void open(ProcessorContext opened) {
                        opened.column("nothing");
                    }
                }))
                .isInstanceOf(CustomCodeException.class)
                .hasMessage("step custom: com.acme.Code could not be opened: there is no column \"nothing\" among"
                        + " key STRING, word STRING, n BIGINT");
        OperatorRun run = unkeyed(new Code() {
            @Override
            public void close() throws IOException {
                throw new IOException("stuck");
            }
        });
        assertThatThrownBy(run.operator()::close)
                .isInstanceOf(CustomCodeException.class)
                .hasMessage("step custom: com.acme.Code could not be closed: java.io.IOException: stuck");
    }

    @Test
    void a_step_is_checked_against_what_its_class_declares() {
        Configuration config = new Configuration(java.util.Map.of());
        Declaration declaration = Declaration.of(Code.OUTPUT).keyed();
        assertThatThrownBy(() -> new ProcessSpec("s", "C", Code.INPUT, List.of(), config, declaration, Set.of()))
                .hasMessage("s: C needs a key, but the step has no by");
        assertThatThrownBy(() -> new ProcessSpec("s", "C", Code.INPUT, List.of(0), config, declaration, Set.of("x")))
                .hasMessage("s: C has no side output x");
    }

    @Test
    void the_plugins_loader_is_the_threads_while_its_code_runs() {
        List<ClassLoader> seen = new ArrayList<>();
        OperatorRun run = unkeyed(new Code() {
            @Override
            public void process(RowView row, Emitter out) {
                seen.add(Thread.currentThread().getContextClassLoader());
            }
        });
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(null);
        try {
            run.feed(row(1, "a", ""));
            assertThat(Thread.currentThread().getContextClassLoader()).isNull();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        assertThat(seen).containsExactly(Code.class.getClassLoader());
    }

    @Test
    void whatever_happens_to_its_task_the_result_is_the_same() {
        for (long seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            OperatorContract contract =
                    OperatorContract.of(ProcessOperator.of(Code.spec(new Sessions(), 0), Sessions::new), Code.STEP);
            long watermarkMs = 0;
            for (int i = 0; i < 120; i++) {
                if (random.nextInt(6) == 0) {
                    watermarkMs += random.nextInt(40);
                    contract.checkpoint(watermarkMs);
                } else {
                    String key = String.valueOf((char) ('a' + random.nextInt(4)));
                    String word = random.nextInt(12) == 0 ? "fail" : "w" + i;
                    contract.feed(row(watermarkMs - 10 + random.nextInt(60), key, word, (long) random.nextInt(9)));
                }
            }
            List<Row> output = contract.checkpoint(Long.MAX_VALUE).verify(seed);
            assertThat(output).as("seed %d", seed).hasSizeGreaterThan(50);
        }
    }

    /** A bit of everything: state of all kinds, some of which expires, timers that register, delete and register too late, and failures. */
    private static final class Sessions extends Code {
        private ValueState<Long> count;
        private ListState<String> words;
        private io.millrace.api.MapState<Long, Long> numbers;

        @Override
        public void open(ProcessorContext opened) {
            super.open(opened);
            count = opened.valueState("count", StateType.BIGINT, Duration.ofMillis(30));
            words = opened.listState("words", StateType.STRING, Duration.ofMillis(20));
            numbers = opened.mapState("numbers", StateType.BIGINT, StateType.BIGINT);
        }

        @Override
        public void process(RowView row, Emitter out) {
            long n = row.getLong("n");
            Long before = count.get();
            count.set(before == null ? 1 : before + 1);
            words.add(String.valueOf(row.getString("word")));
            Long times = numbers.get(n);
            numbers.put(n, times == null ? 1 : times + 1);
            context.registerEventTimer(row.timeMs() + n);
            context.deleteEventTimer(row.timeMs() + 3);
            if ("fail".equals(row.getString("word"))) {
                throw new IllegalStateException("as told");
            }
            out.emit("in", n);
        }

        @Override
        public void onEventTimer(long timeMs, RowView key, Emitter out) {
            Long held = count.get();
            long[] sum = {0};
            numbers.forEach((n, times) -> sum[0] += n * times);
            out.emit(key.getString("key") + words.toList(), (held == null ? 0 : held) * 1000 + sum[0]);
            switch ((int) (timeMs % 7)) {
                case 0 -> numbers.clear();
                case 1 -> words.clear();
                case 2 -> count.clear();
                case 3 -> context.deleteEventTimer(timeMs + 1);
                case 4 -> {
                    if (timeMs % 3 == 0) {
                        context.registerEventTimer(timeMs + 5);
                    }
                }
                case 5 -> {
                    if (timeMs % 4 == 1) {
                        context.registerEventTimer(timeMs - 2);
                    }
                }
                default -> throw new IllegalStateException("as told");
            }
        }
    }
}
