package io.millrace.engine.operator.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.operator.OperatorContract;
import io.millrace.engine.operator.OperatorRun;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random rows against sorting all of them. */
class TopPropertyTest {
    private static final int RUNS = 200;
    private static final Comparator<Row> BY_VALUE =
            Comparator.comparing(row -> (Integer) Objects.requireNonNull(row.value(1)), Comparator.reverseOrder());

    @Test
    void windows_emit_what_sorting_emits_in_any_order_of_arrival_without_late_rows() {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            TopSpec spec = TopTest.spec(1 + random.nextInt(4), windows(random), null);
            List<Row> rows = rows(random, 1_000_000);
            List<Row> expected = ranked(spec, rows);
            for (int shuffle = 0; shuffle < 2; shuffle++) {
                int rowsPerTransaction = random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(3);
                OperatorRun run = new OperatorRun(TopOperator.of(spec), rowsPerTransaction, List.of("best"));
                long maxMs = Long.MIN_VALUE;
                for (Row row : disordered(rows, random)) {
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
                assertThat(run.entries("best", WindowRows.KIND)).isZero();
            }
        }
    }

    @Test
    void running_rankings_always_add_up_to_what_sorting_says() {
        for (long seed = 0; seed < RUNS; seed++) {
            Random random = new Random(seed);
            boolean hasUpdates = random.nextBoolean();
            TopSpec spec = TopTest.spec(1 + random.nextInt(4), null, hasUpdates ? List.of(2) : null);
            OperatorRun run = new OperatorRun(TopOperator.of(spec), "best");
            Map<String, Row> current = new LinkedHashMap<>();
            Map<String, Row> results = new TreeMap<>();
            for (Row row : rows(random, 20)) {
                Row fed = hasUpdates ? change(row, current, random) : row;
                String id = Objects.requireNonNull(fed.value(2)).toString();
                Row before = current.get(id);
                boolean isInPlace = before != null
                        && fed.kind() != RowKind.DELETE
                        && Objects.equals(before.value(0), fed.value(0))
                        && Objects.equals(before.value(1), fed.value(1));
                if (!isInPlace) {
                    current.remove(id);
                }
                if (fed.kind() != RowKind.DELETE) {
                    current.put(id, fed);
                }
                run.feed(fed);
                for (Row result : run.checkpoint(0)) {
                    replace(results, result, seed);
                }
                if (random.nextInt(5) == 0) {
                    run.rebuild();
                }
                assertThat(texts(results)).as("seed %d", seed).isEqualTo(texts(ranks(spec, current)));
            }
        }
    }

    @Test
    void the_output_is_the_same_whatever_happens_to_the_task() {
        for (long seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            boolean hasUpdates = seed % 3 == 2;
            TopSpec spec = TopTest.spec(
                    1 + random.nextInt(4), seed % 3 == 0 ? windows(random) : null, hasUpdates ? List.of(2) : null);
            OperatorContract contract = OperatorContract.of(TopOperator.of(spec), "best");
            Map<String, Row> current = new HashMap<>();
            long maxMs = Long.MIN_VALUE;
            for (Row row : disordered(rows(random, 20), random)) {
                Row fed = hasUpdates ? change(row, current, random) : row;
                contract.feed(fed);
                maxMs = Math.max(maxMs, row.timeMs());
                if (random.nextInt(5) == 0) {
                    contract.checkpoint(maxMs - 10);
                }
            }
            assertThat(contract.checkpoint(maxMs + 100).verify(seed)).isNotEmpty();
        }
    }

    /** Checks that a result says truly whether there was one before it. */
    private static void replace(Map<String, Row> results, Row result, long seed) {
        String at = result.value(0) + "#" + result.value(3);
        Row before = result.kind() == RowKind.DELETE ? results.remove(at) : results.put(at, result);
        assertThat(before == null).as("seed %d: %s", seed, result).isEqualTo(result.kind() == RowKind.INSERT);
        if (before != null && result.kind() == RowKind.UPDATE_AFTER) {
            assertThat(before.values()).as("seed %d", seed).isNotEqualTo(result.values());
        }
    }

    private static Map<String, Row> ranks(TopSpec spec, Map<String, Row> current) {
        Map<String, Row> ranks = new TreeMap<>();
        groups(List.copyOf(current.values())).forEach((group, rows) -> {
            List<Row> sorted =
                    rows.stream().sorted(BY_VALUE).limit(spec.limit()).toList();
            for (int i = 0; i < sorted.size(); i++) {
                Row row = sorted.get(i);
                ranks.put(group + "#" + (i + 1), Row.of(0, row.value(0), row.value(1), row.value(2), i + 1L));
            }
        });
        return ranks;
    }

    private static Map<String, String> texts(Map<String, Row> rows) {
        Map<String, String> texts = new TreeMap<>();
        rows.forEach((at, row) -> texts.put(at, Arrays.toString(row.values())));
        return texts;
    }

    private static List<Row> ranked(TopSpec spec, List<Row> rows) {
        SlicedWindows windows = Objects.requireNonNull(spec.windows());
        TreeMap<Long, List<Row>> byEnd = new TreeMap<>();
        for (Row row : rows) {
            long firstMs = windows.sliceEnd(row.timeMs());
            for (long endMs = firstMs; endMs <= windows.lastWindowEnd(firstMs); endMs = windows.sliceEnd(endMs)) {
                byEnd.computeIfAbsent(endMs, absent -> new ArrayList<>()).add(row);
            }
        }
        List<Row> results = new ArrayList<>();
        byEnd.forEach((endMs, inWindow) -> groups(inWindow).forEach((group, ofGroup) -> {
            List<Row> sorted =
                    ofGroup.stream().sorted(BY_VALUE).limit(spec.limit()).toList();
            for (int i = 0; i < sorted.size(); i++) {
                @Nullable Object[] in = sorted.get(i).values();
                Object[] values = {in[0], in[1], in[2], windows.windowStart(endMs), endMs, i + 1L};
                results.add(new Row(RowKind.INSERT, endMs - 1, Finality.FINAL, values));
            }
        }));
        return results;
    }

    private static Map<String, List<Row>> groups(List<Row> rows) {
        return rows.stream()
                .collect(Collectors.groupingBy(
                        row -> Objects.requireNonNull(row.value(0)).toString(), TreeMap::new, Collectors.toList()));
    }

    /** Makes an insertion, a change or a deletion of a row of a small set. */
    private static Row change(Row row, Map<String, Row> current, Random random) {
        String id = "id" + random.nextInt(10);
        RowKind kind = random.nextInt(4) == 0
                ? RowKind.DELETE
                : current.containsKey(id) ? RowKind.UPDATE_AFTER : RowKind.INSERT;
        return new Row(kind, row.timeMs(), new @Nullable Object[] {row.value(0), row.value(1), id});
    }

    private static SlicedWindows windows(Random random) {
        int everyMs = 1 + random.nextInt(10);
        return random.nextBoolean()
                ? SlicedWindows.tumbling(everyMs, random.nextInt(everyMs))
                : TopTest.hopping((1 + random.nextInt(4)) * (long) everyMs, everyMs);
    }

    private static List<Row> rows(Random random, int values) {
        List<Row> rows = new ArrayList<>();
        long timeMs = random.nextInt(200) - 100L;
        int count = 1 + random.nextInt(120);
        for (int i = 0; i < count; i++) {
            timeMs += random.nextInt(6);
            // Values that differ if there are many of them, and otherwise ties.
            int value = values > 1000 ? i * 7919 % 1009 : random.nextInt(values);
            rows.add(Row.of(timeMs, "g" + random.nextInt(3), value, "i" + i));
        }
        return rows;
    }

    /** The same rows, none of which comes behind one that is newer by more than 20 ms. */
    private static List<Row> disordered(List<Row> rows, Random random) {
        Map<Row, Long> comesAt = new HashMap<>();
        rows.forEach(row -> comesAt.put(row, row.timeMs() + random.nextInt(21)));
        List<Row> disordered = new ArrayList<>(rows);
        disordered.sort(Comparator.comparing(comesAt::get));
        return disordered;
    }
}
