package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.PARTIALS;
import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.aggregate.Script.Batch;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random rows, watermarks and windows against {@link NaiveAggregate}. */
class AggregatePropertyTest {
    private static final int RUNS = 40;
    private static final long EVERY_MS = 1000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void one_phase_emits_what_the_oracle_emits_finally_or_with_each_row(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(run % 3 == 0 ? Emit.UPDATES : Emit.FINAL);
            OperatorRun operator =
                    new OperatorRun(WindowAggregate.of(spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            NaiveAggregate oracle = new NaiveAggregate(spec);
            for (Batch batch : script.batches) {
                batch.rows().forEach(oracle::feed);
                batch.rows().forEach(operator::feed);
                oracle.advance(batch.watermarkMs());
                operator.checkpoint(batch.watermarkMs());
                if (script.random.nextInt(3) == 0) {
                    operator.rebuild();
                }
            }
            assertThat(operator.output()).as(script.toString()).containsExactlyElementsOf(oracle.output());
            assertCounts(script, operator, oracle);
            assertNothingLeft(script, operator);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void early_results_are_those_of_what_changed_and_leave_the_others_as_they_are(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(new Emit.Early(EVERY_MS));
            AggregateInput input = run % 2 == 0 ? ROWS : PARTIALS;
            OperatorRun operator =
                    new OperatorRun(WindowAggregate.of(spec, input), script.rowsPerTransaction, List.of("totals"));
            OperatorRun local = new OperatorRun(LocalAggregate.of(spec));
            NaiveAggregate oracle = new NaiveAggregate(spec);
            boolean rebuilt = true;
            for (int i = 0; i < script.batches.size(); i++) {
                Batch batch = script.batches.get(i);
                operator.clock(i * EVERY_MS);
                batch.rows().forEach(oracle::feed);
                if (input == ROWS && script.random.nextInt(4) == 0) {
                    batch.rows().forEach(operator::feed);
                    operator.prepare(batch.watermarkMs());
                    operator.rebuild();
                    rebuilt = true;
                }
                batch.rows().forEach(input == ROWS ? operator::feed : local::feed);
                // In one go, so that both phases correct as often as the oracle.
                local.checkpoint(Long.MAX_VALUE).forEach(operator::feed);
                oracle.advance(batch.watermarkMs());
                List<Row> early = operator.checkpoint(batch.watermarkMs()).stream()
                        .filter(AggregatePropertyTest::isEarly)
                        .toList();
                assertThat(early)
                        .as("%s, batch %d", script, i)
                        .containsExactlyInAnyOrderElementsOf(oracle.early(rebuilt));
                rebuilt = script.random.nextInt(3) == 0;
                if (rebuilt) {
                    operator.rebuild();
                }
            }
            assertThat(operator.output().stream().filter(row -> !isEarly(row)))
                    .as(script.toString())
                    .containsExactlyElementsOf(oracle.output());
            assertCounts(script, operator, oracle);
            assertNothingLeft(script, operator);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void two_phases_end_with_the_same_results_as_one(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(Emit.FINAL);
            List<OperatorRun> locals =
                    List.of(new OperatorRun(LocalAggregate.of(spec)), new OperatorRun(LocalAggregate.of(spec)));
            OperatorRun global =
                    new OperatorRun(WindowAggregate.of(spec, PARTIALS), script.rowsPerTransaction, List.of("totals"));
            NaiveAggregate oracle = new NaiveAggregate(spec);
            for (Batch batch : script.batches) {
                for (Row row : batch.rows()) {
                    oracle.feed(row);
                    locals.get(script.random.nextInt(2)).feed(row);
                }
                locals.forEach(local -> local.checkpoint(batch.watermarkMs()).forEach(global::feed));
                oracle.advance(batch.watermarkMs());
                global.checkpoint(batch.watermarkMs());
            }
            assertThat(last(global.output())).as(script.toString()).isEqualTo(last(oracle.output()));
            assertCounts(script, global, oracle);
            if (spec.latenessMs() == 0) {
                assertThat(global.output()).as(script.toString()).containsExactlyElementsOf(oracle.output());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void order_within_the_bound_of_the_watermark_changes_no_final_result(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(Emit.FINAL, 0, run % 2 == 0 ? Calls.PLAIN : Calls.DISTINCT);
            List<Row> rows = new ArrayList<>();
            script.batches.forEach(batch -> rows.addAll(batch.rows()));
            rows.sort((left, right) -> Long.compare(left.timeMs(), right.timeMs()));
            OperatorRun inOrder = new OperatorRun(WindowAggregate.of(spec, ROWS), "totals");
            rows.forEach(inOrder::feed);
            inOrder.checkpoint(Long.MAX_VALUE);
            long lagMs = script.unitMs() * 20;
            List<Row> shuffled = withinLag(script, rows, lagMs);
            OperatorRun outOfOrder =
                    new OperatorRun(WindowAggregate.of(spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            long greatestMs = Long.MIN_VALUE + lagMs;
            for (Row row : shuffled) {
                outOfOrder.feed(row);
                greatestMs = Math.max(greatestMs, row.timeMs());
                // A window that ends with the watermark has fired, so only rows behind it are sure not to be late.
                outOfOrder.checkpoint(greatestMs - lagMs - 1);
            }
            outOfOrder.checkpoint(Long.MAX_VALUE);
            assertThat(outOfOrder.output()).as(script.toString()).containsExactlyElementsOf(inOrder.output());
            assertThat(outOfOrder.count(Tally.Kind.ON_TIME))
                    .as(script.toString())
                    .isEqualTo(script.rowCount());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void every_row_is_on_time_or_corrects_or_is_late_and_then_passed_on(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(Emit.FINAL);
            OperatorRun operator = new OperatorRun(WindowAggregate.of(spec, ROWS), "totals");
            NaiveAggregate oracle = new NaiveAggregate(spec);
            List<String> lateKeys = new ArrayList<>();
            long offset = 0;
            for (Batch batch : script.batches) {
                int crashAt = script.random.nextInt(3) == 0 ? batch.rows().size() / 2 : -1;
                for (int attempt = crashAt < 0 ? 1 : 0; attempt < 2; attempt++) {
                    for (int i = 0; i < (attempt == 0 ? crashAt : batch.rows().size()); i++) {
                        operator.origin(origin(offset + i));
                        operator.feed(batch.rows().get(i));
                    }
                    if (attempt == 0) {
                        operator.rebuild();
                    }
                }
                for (Row row : batch.rows()) {
                    long before = oracle.count(Tally.Kind.LATE);
                    oracle.feed(row);
                    if (oracle.count(Tally.Kind.LATE) > before) {
                        lateKeys.add("offset " + offset);
                    }
                    offset++;
                }
                operator.checkpoint(batch.watermarkMs());
                oracle.advance(batch.watermarkMs());
            }
            assertCounts(script, operator, oracle);
            assertThat(operator.sent())
                    .as(script.toString())
                    .extracting(sent -> new String(sent.key(), UTF_8))
                    .containsExactlyElementsOf(lateKeys);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void what_tumbling_windows_count_and_what_is_late_is_the_input(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            long latenessMs = script.spec(Emit.FINAL).latenessMs();
            AggregateSpec spec = Calls.spec(SlicedWindows.tumbling(10, 3), latenessMs, List.of(Calls.count()));
            OperatorRun operator = new OperatorRun(WindowAggregate.of(spec, ROWS), "totals");
            for (Batch batch : script.batches) {
                batch.rows().forEach(operator::feed);
                operator.checkpoint(batch.watermarkMs());
            }
            long counted = last(operator.output()).values().stream()
                    .mapToLong(values -> (long) values.get(3))
                    .sum();
            assertThat(counted + operator.count(Tally.Kind.LATE))
                    .as(script.toString())
                    .isEqualTo(script.rowCount());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void running_results_are_those_of_all_rows_so_far_in_either_phase(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = Calls.spec(null, 0, script.spec(Emit.FINAL).calls());
            OperatorRun single = new OperatorRun(RunningAggregate.of(spec, ROWS), "totals");
            OperatorRun local = new OperatorRun(LocalAggregate.of(spec));
            OperatorRun global = new OperatorRun(RunningAggregate.of(spec, PARTIALS), "totals");
            Map<@Nullable Object, List<Row>> rows = new LinkedHashMap<>();
            for (Batch batch : script.batches) {
                for (Row row : batch.rows()) {
                    rows.computeIfAbsent(row.value(0), absent -> new ArrayList<>())
                            .add(row);
                    single.feed(row);
                    local.feed(row);
                }
                local.checkpoint(batch.watermarkMs()).forEach(global::feed);
                single.checkpoint(batch.watermarkMs());
                global.checkpoint(batch.watermarkMs());
            }
            Map<@Nullable Object, List<@Nullable Object>> expected = new LinkedHashMap<>();
            rows.forEach((key, all) -> {
                List<@Nullable Object> values = new ArrayList<>();
                values.add(key);
                spec.calls().forEach(call -> values.add(NaiveAggregate.value(call, all)));
                expected.put(key, values);
            });
            assertThat(lastByKey(single.output())).as(script.toString()).isEqualTo(expected);
            assertThat(lastByKey(global.output())).as(script.toString()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void the_output_is_the_same_whatever_happens_to_the_task(long seed) {
        Script script = new Script(seed);
        AggregateSpec finally_ = script.spec(Emit.FINAL);
        AggregateSpec running = Calls.spec(null, 0, finally_.calls());
        List<OperatorContract> ofRows = List.of(
                OperatorContract.of(WindowAggregate.of(finally_, ROWS), "totals"),
                OperatorContract.of(WindowAggregate.of(script.spec(Emit.UPDATES), ROWS), "totals"),
                OperatorContract.of(LocalAggregate.of(Calls.spec((SlicedWindows) finally_.windows(), 0, Calls.PLAIN))),
                OperatorContract.of(RunningAggregate.of(running, ROWS), "totals"));
        OperatorContract fromPartials = OperatorContract.of(WindowAggregate.of(finally_, PARTIALS), "totals");
        OperatorRun partials = new OperatorRun(LocalAggregate.of(finally_));
        for (Batch batch : script.batches) {
            for (Row row : batch.rows()) {
                ofRows.forEach(contract -> contract.feed(row));
                partials.feed(row);
            }
            ofRows.forEach(contract -> contract.checkpoint(batch.watermarkMs()));
            partials.checkpoint(batch.watermarkMs()).forEach(fromPartials::feed);
            fromPartials.checkpoint(batch.watermarkMs());
        }
        ofRows.forEach(contract -> assertThat(contract.verify(seed)).isNotEmpty());
        assertThat(fromPartials.verify(seed)).isNotEmpty();
    }

    private static void assertCounts(Script script, OperatorRun operator, NaiveAggregate oracle) {
        long sum = 0;
        for (Tally.Kind kind : List.of(Tally.Kind.ON_TIME, Tally.Kind.CORRECTED, Tally.Kind.LATE)) {
            assertThat(operator.count(kind)).as("%s, %s", script, kind).isEqualTo(oracle.count(kind));
            sum += operator.count(kind);
        }
        assertThat(sum).as(script.toString()).isEqualTo(script.rowCount());
    }

    private static void assertNothingLeft(Script script, OperatorRun operator) {
        for (int kind = StoreKeys.GROUP; kind <= StoreKeys.ROLLED_DISTINCT; kind++) {
            assertThat(operator.entries("totals", kind))
                    .as("%s, kind %d", script, kind)
                    .isZero();
        }
    }

    private static boolean isEarly(Row row) {
        return row.finality() == Finality.EARLY;
    }

    private static Origin origin(long offset) {
        return new Origin("clicks", 3, offset, 0, ("offset " + offset).getBytes(UTF_8), new byte[0], List.of());
    }

    /** The rows in a random order in which none comes after one that is more than the lag newer. */
    private static List<Row> withinLag(Script script, List<Row> sorted, long lagMs) {
        List<Row> left = new ArrayList<>(sorted);
        List<Row> shuffled = new ArrayList<>();
        while (!left.isEmpty()) {
            long boundMs = left.get(0).timeMs() + lagMs;
            int near =
                    (int) left.stream().filter(row -> row.timeMs() <= boundMs).count();
            shuffled.add(left.remove(script.random.nextInt(near)));
        }
        return shuffled;
    }

    /** The last result of each group and window. */
    private static Map<List<@Nullable Object>, List<@Nullable Object>> last(List<Row> output) {
        Map<List<@Nullable Object>, List<@Nullable Object>> last = new LinkedHashMap<>();
        output.forEach(
                row -> last.put(Arrays.asList(row.value(0), row.value(1), row.value(2)), Arrays.asList(row.values())));
        return last;
    }

    private static Map<@Nullable Object, List<@Nullable Object>> lastByKey(List<Row> output) {
        Map<@Nullable Object, List<@Nullable Object>> last = new LinkedHashMap<>();
        output.forEach(row -> last.put(row.value(0), Arrays.asList(row.values())));
        return last;
    }
}
