package io.millrace.engine.operator.aggregate;

import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an aggregation computes. Input rows (of the local or the only phase) have the key columns first, then the columns that
 * the calls refer to by index. Result rows are: key columns, then, if windowed, window start and window end (milliseconds, two
 * BIGINT-like columns), then one column per call.
 *
 * @param name the step's name; also its store's
 * @param input the columns of input rows
 * @param keyCount how many leading columns of {@code input} are the key; 0 groups everything into one
 * @param windows null for a running aggregate
 * @param latenessMs how long after its end a window still accepts rows; 0 without windows
 * @param emit when results come
 * @param lateTopic where rows that are late for all their windows go, as they were read; null to count and drop them
 */
public record AggregateSpec(
        String name,
        RowType input,
        int keyCount,
        @Nullable Windows windows,
        List<AggregateCall> calls,
        long latenessMs,
        Emit emit,
        @Nullable String lateTopic) {
    /** Final results of windows, or updates without windows, and no output for late rows. */
    public AggregateSpec(
            String name,
            RowType input,
            int keyCount,
            @Nullable Windows windows,
            List<AggregateCall> calls,
            long latenessMs) {
        this(name, input, keyCount, windows, calls, latenessMs, windows == null ? Emit.UPDATES : Emit.FINAL, null);
    }

    public AggregateSpec {
        calls = List.copyOf(calls);
        if (latenessMs < 0 || (windows == null && latenessMs != 0)) {
            throw new IllegalArgumentException("lateness " + latenessMs + " ms of " + name + " needs windows and >= 0");
        }
        if (latenessMs > SlicedWindows.MAX_SPAN_MS) {
            throw new IllegalArgumentException(
                    "lateness " + latenessMs + " ms of " + name + " is more than " + SlicedWindows.MAX_SPAN_MS + " ms");
        }
        if (keyCount < 0 || keyCount > input.size()) {
            throw new IllegalArgumentException(
                    keyCount + " key columns of " + name + " among " + input.size() + " columns");
        }
    }

    /**
     * The columns of the partial rows that {@link LocalAggregate} emits and that the other phase takes: the key columns, the
     * slice's end (only if windowed; in the windows' local time), the number of rows, then the accumulator slots of every call.
     *
     * @throws IllegalArgumentException if a call's function and types do not go together
     */
    public RowType partialType() {
        return new Accumulators(this).partialType();
    }
}
