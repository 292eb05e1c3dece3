package io.millrace.engine.operator.aggregate;

import static io.millrace.engine.operator.aggregate.AggregateInput.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random rows, watermarks and sessions against {@link NaiveSessions}. */
class SessionPropertyTest {
    private static final int RUNS = 40;
    private static final long EVERYTHING_MS = 1_000_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void sessions_emit_and_count_what_the_oracle_does_and_leave_nothing_behind(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(script.latenessMs, script.anyEmit());
            String what = script + ", " + spec.emit();
            OperatorRun operator =
                    new OperatorRun(SessionAggregate.of(spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            NaiveSessions oracle = new NaiveSessions(spec);
            for (Batch batch : script.batches) {
                batch.rows.forEach(oracle::feed);
                batch.rows.forEach(operator::feed);
                oracle.advance(batch.watermarkMs);
                operator.checkpoint(batch.watermarkMs);
                if (script.random.nextInt(3) == 0) {
                    operator.rebuild();
                }
            }
            assertThat(operator.output()).as(what).containsExactlyElementsOf(oracle.output());
            assertThat(operator.count(Tally.Kind.ON_TIME)).as(what).isEqualTo(oracle.onTime());
            assertThat(operator.count(Tally.Kind.CORRECTED)).as(what).isEqualTo(oracle.corrected());
            assertThat(operator.count(Tally.Kind.LATE)).as(what).isEqualTo(oracle.late());
            ResultView.of(operator.output(), what);
            assertIsEmpty(operator, what);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void the_output_is_the_same_whatever_happens_to_the_task(long seed) {
        for (long run = 0; run < 4; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(script.latenessMs, script.anyEmit());
            OperatorContract contract = OperatorContract.of(SessionAggregate.of(spec, ROWS), "totals");
            for (Batch batch : script.batches) {
                batch.rows.forEach(contract::feed);
                contract.checkpoint(batch.watermarkMs);
            }
            assertThat(contract.verify(script.seed)).as(script.toString()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void disorder_within_the_bound_never_changes_results(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(0, Emit.FINAL);
            int boundMs = 1 + script.random.nextInt(30);
            List<Row> rows = script.rows();
            List<List<Row>> outputs = new ArrayList<>();
            for (int shuffle = 0; shuffle < 3; shuffle++) {
                Map<Row, Long> places = new HashMap<>();
                rows.forEach(row -> places.put(row, row.timeMs() + script.random.nextInt(boundMs + 1)));
                rows.sort(Comparator.comparing(places::get));
                OperatorRun operator = new OperatorRun(SessionAggregate.of(spec, ROWS), "totals");
                long maxMs = Long.MIN_VALUE;
                for (Row row : rows) {
                    operator.feed(row);
                    maxMs = Math.max(maxMs, row.timeMs());
                    if (script.random.nextInt(3) == 0) {
                        // A session fires at end - 1, but a row at its end would still touch it.
                        operator.checkpoint(maxMs - boundMs - 2);
                    }
                }
                operator.checkpoint(Long.MAX_VALUE);
                assertThat(operator.count(Tally.Kind.ON_TIME))
                        .as(script.toString())
                        .isEqualTo(rows.size());
                outputs.add(operator.output());
            }
            assertThat(outputs.get(1)).as(script.toString()).isEqualTo(outputs.get(0));
            assertThat(outputs.get(2)).as(script.toString()).isEqualTo(outputs.get(0));
            assertThat(ResultView.of(outputs.get(0), script.toString()).byStart())
                    .as(script.toString())
                    .isEqualTo(naive(spec, rows));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void each_row_is_counted_once_as_on_time_corrected_late_or_an_error(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(script.latenessMs, script.anyEmit());
            OperatorRun operator = new OperatorRun(SessionAggregate.of(spec, ROWS), "totals");
            long input = 0;
            for (Batch batch : script.batches) {
                batch.rows.forEach(operator::feed);
                input += batch.rows.size();
                if (script.random.nextInt(4) == 0) {
                    operator.feed(script.row(script.random.nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE));
                    input++;
                }
                operator.checkpoint(batch.watermarkMs);
            }
            assertThat(operator.count(Tally.Kind.ON_TIME)
                            + operator.count(Tally.Kind.CORRECTED)
                            + operator.count(Tally.Kind.LATE)
                            + operator.count(Tally.Kind.ERRORS))
                    .as(script.toString())
                    .isEqualTo(input);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void after_all_corrections_a_view_holds_the_sessions_of_all_accepted_rows(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(EVERYTHING_MS, script.anyEmit());
            OperatorRun operator =
                    new OperatorRun(SessionAggregate.of(spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            // All but the last batch, which comes as time ends.
            for (Batch batch : script.batches.subList(0, script.batches.size() - 1)) {
                batch.rows.forEach(operator::feed);
                operator.checkpoint(batch.watermarkMs);
            }
            operator.checkpoint(EVERYTHING_MS / 2);
            List<Row> rows = script.rows();
            rows.removeAll(script.batches.get(script.batches.size() - 1).rows);
            assertThat(operator.count(Tally.Kind.LATE)).as(script.toString()).isZero();
            assertThat(ResultView.of(operator.output(), script.toString()).byStart())
                    .as(script.toString())
                    .isEqualTo(naive(spec, rows));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void early_results_by_the_clock_change_nothing_about_what_comes_in_the_end(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(script.latenessMs, new Emit.Early(10));
            OperatorRun operator =
                    new OperatorRun(SessionAggregate.of(spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            NaiveSessions oracle = new NaiveSessions(script.spec(script.latenessMs, Emit.FINAL));
            long wallMs = 0;
            for (Batch batch : script.batches) {
                batch.rows.forEach(oracle::feed);
                batch.rows.forEach(operator::feed);
                oracle.advance(batch.watermarkMs);
                wallMs += script.random.nextInt(15);
                operator.clock(wallMs);
                operator.checkpoint(batch.watermarkMs);
                if (script.random.nextInt(4) == 0) {
                    operator.feed(script.row(batch.watermarkMs > 0 ? batch.watermarkMs : 0));
                    operator.prepare(batch.watermarkMs);
                    operator.rebuild();
                }
            }
            assertThat(ResultView.of(operator.output(), script.toString()).byBounds())
                    .as(script.toString())
                    .isEqualTo(ResultView.of(oracle.output(), script.toString()).byBounds());
            assertThat(operator.output().stream().filter(row -> row.finality() == Finality.FINAL))
                    .as(script.toString())
                    .hasSameSizeAs(oracle.output().stream()
                            .filter(row -> row.finality() == Finality.FINAL)
                            .toList());
            assertIsEmpty(operator, script.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void each_tick_brings_a_view_up_to_date(long seed) {
        for (long run = 0; run < RUNS; run++) {
            Script script = new Script(1000 * seed + run);
            AggregateSpec spec = script.spec(EVERYTHING_MS, new Emit.Early(10));
            OperatorRun operator =
                    new OperatorRun(SessionAggregate.of(spec, ROWS), script.rowsPerTransaction, List.of("totals"));
            List<Row> rows = new ArrayList<>();
            long wallMs = 0;
            for (Batch batch : script.batches.subList(0, script.batches.size() - 1)) {
                batch.rows.forEach(operator::feed);
                rows.addAll(batch.rows);
                wallMs += 10;
                operator.clock(wallMs);
                operator.checkpoint(batch.watermarkMs);
                assertThat(ResultView.of(operator.output(), script.toString()).byStart())
                        .as(script.toString())
                        .isEqualTo(naive(spec, rows));
                assertThat(operator.operator().nextTickMs())
                        .as(script.toString())
                        .isEqualTo(Long.MAX_VALUE);
            }
        }
    }

    private static void assertIsEmpty(OperatorRun operator, String what) {
        for (byte kind : new byte[] {SessionKeys.NEWEST, SessionKeys.OLDER, SessionKeys.DISTINCT}) {
            assertThat(operator.entries("totals", kind))
                    .as(what + ", kind " + kind)
                    .isZero();
        }
    }

    private static Map<List<@Nullable Object>, List<@Nullable Object>> naive(AggregateSpec spec, List<Row> rows) {
        long gapMs = ((SessionWindows) Objects.requireNonNull(spec.windows())).gapMs();
        Map<List<@Nullable Object>, List<@Nullable Object>> results = new HashMap<>();
        for (NaiveSessions.Session session : NaiveSessions.sessions(rows, gapMs)) {
            List<@Nullable Object> values = Arrays.asList(NaiveSessions.result(spec, session));
            results.put(values.subList(0, 2), values);
        }
        return results;
    }

    private record Batch(List<Row> rows, long watermarkMs) {}

    /** A random specification and random input, the last watermark of which is the greatest. */
    private static final class Script {
        private final long seed;
        private final Random random;
        private final long gapMs;
        private final long latenessMs;
        private final List<AggregateCall> calls;
        private final int rowsPerTransaction;
        private final List<Batch> batches = new ArrayList<>();

        Script(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.gapMs = 1L + random.nextInt(12);
            this.latenessMs = random.nextBoolean() ? 0 : random.nextInt(30);
            this.calls = random.nextBoolean() ? Calls.PLAIN : Calls.DISTINCT;
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

        AggregateSpec spec(long lateness, Emit emit) {
            return new AggregateSpec("totals", Calls.INPUT, 1, new SessionWindows(gapMs), calls, lateness, emit, null);
        }

        Emit anyEmit() {
            return random.nextInt(3) == 0 ? Emit.UPDATES : Emit.FINAL;
        }

        List<Row> rows() {
            List<Row> rows = new ArrayList<>();
            batches.forEach(batch -> rows.addAll(batch.rows));
            return rows;
        }

        Row row(long timeMs) {
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
            return "seed " + seed + ", gap " + gapMs + ", lateness " + latenessMs + ", full after "
                    + rowsPerTransaction;
        }
    }
}
