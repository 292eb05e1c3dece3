package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.PARTIALS;
import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random rows, watermarks and windows against {@link NaiveAggregate}. */
class AggregatePropertyTest {
    private static final int RUNS = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void one_phase_emits_what_the_oracle_emits(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            OperatorRun operator = new OperatorRun(
                    WindowAggregate.of(script.spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            NaiveAggregate oracle = new NaiveAggregate(script.spec);
            for (Batch batch : script.batches) {
                batch.rows.forEach(oracle::feed);
                batch.rows.forEach(operator::feed);
                oracle.advance(batch.watermarkMs);
                operator.checkpoint(batch.watermarkMs);
                if (script.random.nextInt(3) == 0) {
                    operator.rebuild();
                }
            }
            assertThat(operator.output()).as(script.toString()).containsExactlyElementsOf(oracle.output());
            assertThat(operator.count(Tally.Kind.LATE)).as(script.toString()).isEqualTo(oracle.late());
            assertThat(operator.entries("totals", StoreKeys.GROUP))
                    .as(script.toString())
                    .isZero();
            assertThat(operator.entries("totals", StoreKeys.DISTINCT))
                    .as(script.toString())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void two_phases_end_with_the_same_results_as_one(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            List<OperatorRun> locals = List.of(
                    new OperatorRun(LocalAggregate.of(script.spec)), new OperatorRun(LocalAggregate.of(script.spec)));
            OperatorRun global = new OperatorRun(
                    WindowAggregate.of(script.spec, PARTIALS), script.rowsPerTransaction, List.of("totals"));
            NaiveAggregate oracle = new NaiveAggregate(script.spec);
            for (Batch batch : script.batches) {
                for (Row row : batch.rows) {
                    oracle.feed(row);
                    locals.get(script.random.nextInt(2)).feed(row);
                }
                locals.forEach(local -> local.checkpoint(batch.watermarkMs).forEach(global::feed));
                oracle.advance(batch.watermarkMs);
                global.checkpoint(batch.watermarkMs);
            }
            assertThat(last(global.output())).as(script.toString()).isEqualTo(last(oracle.output()));
            assertThat(global.count(Tally.Kind.LATE)).as(script.toString()).isEqualTo(oracle.late());
            if (script.spec.latenessMs() == 0) {
                assertThat(global.output()).as(script.toString()).containsExactlyElementsOf(oracle.output());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void what_tumbling_windows_count_and_what_is_late_is_the_input(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec =
                    Calls.spec(SlicedWindows.tumbling(10, 3), script.spec.latenessMs(), List.of(Calls.count()));
            OperatorRun operator = new OperatorRun(WindowAggregate.of(spec, ROWS), "totals");
            long input = 0;
            for (Batch batch : script.batches) {
                batch.rows.forEach(operator::feed);
                operator.checkpoint(batch.watermarkMs);
                input += batch.rows.size();
            }
            long counted = last(operator.output()).values().stream()
                    .mapToLong(values -> (long) values.get(3))
                    .sum();
            assertThat(counted + operator.count(Tally.Kind.LATE))
                    .as(script.toString())
                    .isEqualTo(input);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void running_results_are_those_of_all_rows_so_far_in_either_phase(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = Calls.spec(null, 0, script.spec.calls());
            OperatorRun single = new OperatorRun(RunningAggregate.of(spec, ROWS), "totals");
            OperatorRun local = new OperatorRun(LocalAggregate.of(spec));
            OperatorRun global = new OperatorRun(RunningAggregate.of(spec, PARTIALS), "totals");
            Map<@Nullable Object, List<Row>> rows = new LinkedHashMap<>();
            for (Batch batch : script.batches) {
                for (Row row : batch.rows) {
                    rows.computeIfAbsent(row.value(0), absent -> new ArrayList<>())
                            .add(row);
                    single.feed(row);
                    local.feed(row);
                }
                local.checkpoint(batch.watermarkMs).forEach(global::feed);
                single.checkpoint(batch.watermarkMs);
                global.checkpoint(batch.watermarkMs);
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
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void the_output_is_the_same_whatever_happens_to_the_task(long seed) {
        Script script = new Script(seed);
        AggregateSpec running = Calls.spec(null, 0, script.spec.calls());
        OperatorContract window = OperatorContract.of(WindowAggregate.of(script.spec, ROWS), "totals");
        OperatorContract local = OperatorContract.of(LocalAggregate.of(script.spec));
        OperatorContract totals = OperatorContract.of(RunningAggregate.of(running, ROWS), "totals");
        OperatorContract fromPartials = OperatorContract.of(WindowAggregate.of(script.spec, PARTIALS), "totals");
        OperatorRun partials = new OperatorRun(LocalAggregate.of(script.spec));
        for (Batch batch : script.batches) {
            for (Row row : batch.rows) {
                window.feed(row);
                local.feed(row);
                totals.feed(row);
                partials.feed(row);
            }
            window.checkpoint(batch.watermarkMs);
            local.checkpoint(batch.watermarkMs);
            totals.checkpoint(batch.watermarkMs);
            partials.checkpoint(batch.watermarkMs).forEach(fromPartials::feed);
            fromPartials.checkpoint(batch.watermarkMs);
        }
        assertThat(window.verify(seed)).isNotEmpty();
        assertThat(local.verify(seed)).isNotEmpty();
        assertThat(totals.verify(seed)).isNotEmpty();
        assertThat(fromPartials.verify(seed)).isNotEmpty();
    }

    /** The last result of each group and window. */
    private static Map<List<@Nullable Object>, List<@Nullable Object>> last(List<Row> output) {
        Map<List<@Nullable Object>, List<@Nullable Object>> last = new LinkedHashMap<>();
        output.forEach(row -> last.put(Arrays.asList(row.value(0), row.value(2)), Arrays.asList(row.values())));
        return last;
    }

    private static Map<@Nullable Object, List<@Nullable Object>> lastByKey(List<Row> output) {
        Map<@Nullable Object, List<@Nullable Object>> last = new LinkedHashMap<>();
        output.forEach(row -> last.put(row.value(0), Arrays.asList(row.values())));
        return last;
    }

    private record Batch(List<Row> rows, long watermarkMs) {}

    /** A random specification and random input, the last watermark of which is the greatest. */
    private static final class Script {
        private final long seed;
        private final Random random;
        private final AggregateSpec spec;
        private final int rowsPerTransaction;
        private final List<Batch> batches = new ArrayList<>();

        Script(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            long everyMs = 1L + random.nextInt(12);
            SlicedWindows windows =
                    new SlicedWindows(everyMs * (1 + random.nextInt(5)), everyMs, random.nextInt(40) - 20);
            long latenessMs = random.nextBoolean() ? 0 : random.nextInt(30);
            this.spec = Calls.spec(windows, latenessMs, random.nextBoolean() ? Calls.PLAIN : Calls.DISTINCT);
            this.rowsPerTransaction = random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(5);
            long watermarkMs = -100;
            int count = 2 + random.nextInt(20);
            for (int i = 0; i < count; i++) {
                List<Row> rows = new ArrayList<>();
                for (int n = random.nextInt(12); n > 0; n--) {
                    rows.add(row(watermarkMs - 30 + random.nextInt(80)));
                }
                watermarkMs += random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(10);
                batches.add(new Batch(rows, i == 0 ? Long.MIN_VALUE : watermarkMs));
            }
            batches.add(new Batch(List.of(row(watermarkMs), row(watermarkMs + 1)), Long.MAX_VALUE));
        }

        private Row row(long timeMs) {
            return Row.of(
                    timeMs,
                    orNull("k" + random.nextInt(3)),
                    orNull(random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(6)),
                    orNull(random.nextInt(5) == 0 ? random.nextLong() : random.nextInt(6)),
                    orNull((random.nextInt(64) - 32) * 0.25),
                    orNull(BigDecimal.valueOf(random.nextInt(2000) - 1000, 2)),
                    orNull("s" + random.nextInt(4)),
                    orNull(random.nextBoolean()));
        }

        private @Nullable Object orNull(Object value) {
            return random.nextInt(6) == 0 ? null : value;
        }

        @Override
        public String toString() {
            return "seed " + seed + ", " + spec.windows() + ", lateness " + spec.latenessMs() + ", full after "
                    + rowsPerTransaction;
        }
    }
}
