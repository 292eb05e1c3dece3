package io.millrace.engine.operator.dedupe;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random rows and watermarks against what the definition says. */
class DedupePropertyTest {
    private static final int RUNS = 300;

    @Test
    void first_keeps_what_the_definition_keeps_in_any_order_of_arrival_without_late_rows() {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            int withinMs = 1 + random.nextInt(30);
            List<Row> rows = rows(random);
            List<Row> expected = new ArrayList<>();
            Map<@Nullable Object, Long> kept = new HashMap<>();
            for (Row row : rows) {
                Long before = kept.get(row.value(0));
                if (before == null || row.timeMs() - before >= withinMs) {
                    kept.put(row.value(0), row.timeMs());
                    expected.add(row);
                }
            }
            for (int shuffle = 0; shuffle < 3; shuffle++) {
                OperatorRun run = run(withinMs, Keep.FIRST, random);
                long maxMs = Long.MIN_VALUE;
                for (Row row : disordered(rows, 20, random)) {
                    run.feed(row);
                    maxMs = Math.max(maxMs, row.timeMs());
                    if (random.nextInt(5) == 0) {
                        run.checkpoint(maxMs - 21);
                        if (random.nextInt(3) == 0) {
                            run.rebuild();
                        }
                    }
                }
                run.checkpoint(Long.MAX_VALUE);
                assertThat(run.output()).as("seed %d", seed).containsExactlyElementsOf(expected);
                assertThat(run.count(Tally.Kind.DUPLICATES)).isEqualTo(rows.size() - expected.size());
                assertThat(run.entries("seen", Waiting.KIND)).isZero();
                assertThat(run.entries("seen", KeptTimes.KIND)).isZero();
            }
        }
    }

    @Test
    void each_row_is_emitted_or_counted_and_first_emits_no_two_near_each_other_also_with_late_rows() {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            int withinMs = 1 + random.nextInt(30);
            Keep keep = random.nextBoolean() ? Keep.FIRST : Keep.LAST;
            OperatorRun run = run(withinMs, keep, random);
            // No row is later than within.
            int laggingMs = random.nextInt(20);
            int disorderMs = laggingMs + random.nextInt(withinMs);
            List<Row> rows = rows(random);
            long maxMs = Long.MIN_VALUE;
            for (Row row : disordered(rows, disorderMs, random)) {
                run.feed(row);
                maxMs = Math.max(maxMs, row.timeMs());
                if (random.nextInt(3) == 0) {
                    run.checkpoint(maxMs - laggingMs);
                    if (random.nextInt(3) == 0) {
                        run.rebuild();
                    }
                }
            }
            run.feed(Row.of(Long.MAX_VALUE, "a", 0));
            run.checkpoint(Long.MAX_VALUE);
            assertThat(run.output().size() + run.count(Tally.Kind.DUPLICATES) + run.count(Tally.Kind.ERRORS))
                    .as("seed %d", seed)
                    .isEqualTo(rows.size() + 1);
            if (keep == Keep.FIRST) {
                assertFarApart(run.output(), withinMs, seed);
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // Two rows may be equal, and are then too near.
    private static void assertFarApart(List<Row> output, int withinMs, long seed) {
        for (Row left : output) {
            for (Row right : output) {
                boolean isNear = left != right
                        && Objects.equals(left.value(0), right.value(0))
                        && Math.abs(left.timeMs() - right.timeMs()) < withinMs;
                assertThat(isNear).as("seed %d: %s and %s", seed, left, right).isFalse();
            }
        }
    }

    @Test
    void last_emits_each_row_that_is_not_older_than_the_last_one_of_its_key() {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            int withinMs = 1 + random.nextInt(30);
            int disorderMs = 1 + random.nextInt(60);
            OperatorRun run = run(withinMs, Keep.LAST, random);
            List<Row> expected = new ArrayList<>();
            Map<@Nullable Object, Long> last = new HashMap<>();
            long maxMs = Long.MIN_VALUE;
            for (Row row : disordered(rows(random), disorderMs, random)) {
                Long before = last.get(row.value(0));
                if (before == null || before <= row.timeMs()) {
                    last.put(row.value(0), row.timeMs());
                    boolean isFirst = before == null || row.timeMs() - before >= withinMs;
                    RowKind kind = isFirst ? RowKind.INSERT : RowKind.UPDATE_AFTER;
                    expected.add(new Row(kind, row.timeMs(), row.values()));
                }
                run.feed(row);
                maxMs = Math.max(maxMs, row.timeMs());
                if (random.nextInt(5) == 0) {
                    run.checkpoint(maxMs - disorderMs);
                    if (random.nextInt(3) == 0) {
                        run.rebuild();
                    }
                }
            }
            run.checkpoint(Long.MAX_VALUE);
            assertThat(run.output()).as("seed %d", seed).containsExactlyElementsOf(expected);
            assertThat(run.entries("seen", KeptTimes.KIND)).isZero();
        }
    }

    @Test
    void the_output_is_the_same_whatever_happens_to_the_task() {
        for (long seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            Keep keep = seed % 2 == 0 ? Keep.FIRST : Keep.LAST;
            OperatorContract contract =
                    OperatorContract.of(DedupeOperator.of(DedupeTest.spec(1 + random.nextInt(30), keep)), "seen");
            long maxMs = Long.MIN_VALUE;
            for (Row row : disordered(rows(random), 40, random)) {
                contract.feed(row);
                maxMs = Math.max(maxMs, row.timeMs());
                if (random.nextInt(5) == 0) {
                    contract.checkpoint(maxMs - 15);
                }
            }
            assertThat(contract.checkpoint(maxMs).verify(seed)).isNotEmpty();
        }
    }

    private static OperatorRun run(int withinMs, Keep keep, Random random) {
        int rowsPerTransaction = random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(3);
        return new OperatorRun(DedupeOperator.of(DedupeTest.spec(withinMs, keep)), rowsPerTransaction, List.of("seen"));
    }

    /** Some keys, one row per millisecond at most, in the order of time. */
    private static List<Row> rows(Random random) {
        String[] keys = {"a", "b", "c", null};
        List<Row> rows = new ArrayList<>();
        long timeMs = random.nextInt(200) - 100L;
        int count = random.nextInt(120);
        for (int i = 0; i < count; i++) {
            timeMs += 1 + random.nextInt(6);
            rows.add(Row.of(timeMs, keys[random.nextInt(keys.length)], i));
        }
        return rows;
    }

    /** The same rows, none of which comes behind one that is newer by more than {@code boundMs}. */
    private static List<Row> disordered(List<Row> rows, int boundMs, Random random) {
        Map<Row, Long> comesAt = new HashMap<>();
        rows.forEach(row -> comesAt.put(row, row.timeMs() + random.nextInt(boundMs + 1)));
        List<Row> disordered = new ArrayList<>(rows);
        disordered.sort(Comparator.comparing(comesAt::get));
        return disordered;
    }
}
