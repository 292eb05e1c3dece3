package io.millrace.engine.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.serde.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What every operator must keep: whatever happens to its task, the committed output and stores are the same. A script of rows and checkpoints
 * is run undisturbed, and then again with a rebuild from committed stores at each checkpoint, with an output that is full after
 * every row, and with crashes at random points that roll back to the last commit and replay from there.
 *
 * <pre>{@code
 * List<Row> output = OperatorContract.of(RunningAggregate.of(spec, ROWS), "totals")
 *         .feed(row(1), row(2))
 *         .checkpoint(10)
 *         .verify(seed);
 * }</pre>
 */
public final class OperatorContract {
    private static final int CRASHING_RUNS = 8;
    private static final int CRASHES_PER_RUN = 25;

    private final OperatorFactory factory;
    private final List<String> stores;
    private final List<Step> script = new ArrayList<>();
    private boolean ordered = true;

    private OperatorContract(OperatorFactory factory, List<String> stores) {
        this.factory = factory;
        this.stores = stores;
    }

    public static OperatorContract of(OperatorFactory factory, String... stores) {
        return new OperatorContract(factory, List.of(stores));
    }

    public OperatorContract feed(Row... rows) {
        Arrays.stream(rows).forEach(row -> feed(0, row));
        return this;
    }

    public OperatorContract feed(int port, Row row) {
        script.add(new Feed(port, row));
        return this;
    }

    public OperatorContract checkpoint(long watermarkMs) {
        script.add(new Checkpoint(watermarkMs));
        return this;
    }

    /** For an operator whose flush may emit in any order. */
    public OperatorContract ignoringOrder() {
        ordered = false;
        return this;
    }

    /** Ends the script with a checkpoint if it does not, runs it in all ways, and returns the output of the undisturbed run. */
    public List<Row> verify(long seed) {
        if (script.isEmpty() || !(script.get(script.size() - 1) instanceof Checkpoint)) {
            checkpoint(Long.MIN_VALUE);
        }
        Disturbance none = new Disturbance("undisturbed", Integer.MAX_VALUE, false, 0, seed);
        OperatorRun expected = run(none);
        List<Disturbance> all = new ArrayList<>();
        all.add(new Disturbance("rebuilt at each commit", Integer.MAX_VALUE, true, 0, seed));
        all.add(new Disturbance("full after each row", 1, false, 0, seed));
        all.add(new Disturbance("full after each row and rebuilt at each commit", 1, true, 0, seed));
        for (int i = 0; i < CRASHING_RUNS; i++) {
            int rows = i % 2 == 0 ? Integer.MAX_VALUE : i;
            all.add(new Disturbance("crashing, full after " + rows + " rows", rows, i % 4 < 2, 0.15, seed + i));
        }
        for (Disturbance disturbance : all) {
            OperatorRun run = run(disturbance);
            String what = disturbance.toString();
            if (ordered) {
                assertThat(run.output()).as(what).containsExactlyElementsOf(expected.output());
            } else {
                assertThat(run.output()).as(what).containsExactlyInAnyOrderElementsOf(expected.output());
            }
            assertThat(run.storeContents()).as(what).isEqualTo(expected.storeContents());
            for (Tally.Kind kind : Tally.Kind.values()) {
                assertThat(run.count(kind)).as(what + ": " + kind).isEqualTo(expected.count(kind));
            }
        }
        return expected.output();
    }

    private OperatorRun run(Disturbance disturbance) {
        OperatorRun run = new OperatorRun(factory, disturbance.rowsPerTransaction, stores);
        Random random = new Random(disturbance.seed);
        int crashes = disturbance.crashProbability > 0 ? CRASHES_PER_RUN : 0;
        int committed = 0;
        int next = 0;
        while (next < script.size()) {
            Step step = script.get(next);
            boolean done = true;
            if (step instanceof Feed feed) {
                run.feed(feed.port, feed.row);
            } else {
                done = run.prepare(((Checkpoint) step).watermarkMs);
            }
            if (crashes > 0 && random.nextDouble() < disturbance.crashProbability) {
                crashes--;
                run.rebuild();
                next = committed;
                continue;
            }
            next += done ? 1 : 0;
            if (step instanceof Checkpoint) {
                run.commit();
                committed = next;
                if (disturbance.rebuild) {
                    run.rebuild();
                }
            }
        }
        return run;
    }

    private sealed interface Step {}

    private record Feed(int port, Row row) implements Step {}

    /** One or, if the output fills up, more transactions. */
    private record Checkpoint(long watermarkMs) implements Step {}

    private record Disturbance(
            String what, int rowsPerTransaction, boolean rebuild, double crashProbability, long seed) {}
}
