package io.millrace.engine.operator.top;

import io.millrace.engine.operator.OperatorFactory;

/**
 * Keeps the first rows of each group.
 *
 * <p>With windows, the rows of each window and group are ranked when the watermark passes the window's end: one INSERT per rank, in
 * the order of windows, groups and ranks, FINAL, with the time {@code end - 1}. A row all of whose windows have fired is late; it is
 * counted and otherwise ignored. A window slice and group never hold more than {@code limit} rows. A row that is not among those costs
 * one look-up, any other one a few look-ups and writes.
 *
 * <p>Without windows, each row at once emits the ranks that it changes, with its own time: an UPDATE_AFTER for a rank that had another row,
 * an INSERT for a new last rank, a DELETE for a last rank that is no more. Results replace each other by group and rank. If the input
 * only has INSERT rows, no more than {@code limit} rows of a group are kept, and a row that is not among them costs one look-up. If
 * its rows replace each other by a unique key, all of them are kept; a row then costs a few look-ups and writes, and, if it changes
 * something among the first, a walk over those. A row that comes anew with the same order as before keeps its place among equals.
 * UPDATE_BEFORE rows, and a DELETE of a row that is not there, are ignored.
 *
 * <p>With windows, all entries of the store but two go by time and expire; without, none do.
 */
public final class TopOperator {
    private TopOperator() {}

    /** @throws IllegalArgumentException if rows cannot be ordered or told apart by one of the columns, because of its type */
    public static OperatorFactory of(TopSpec spec) {
        new RankKeys(spec);
        if (spec.windows() != null) {
            TopWindows windows = new TopWindows(spec.windows());
            return context -> new WindowTop(spec, windows, context);
        }
        if (spec.uniqueKey() != null) {
            new UniqueRows.Keys(spec.input(), spec.uniqueKey());
        }
        return context -> new RunningTop(spec, context);
    }
}
