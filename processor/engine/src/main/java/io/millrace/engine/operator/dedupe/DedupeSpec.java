package io.millrace.engine.operator.dedupe;

import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.util.List;

/**
 * What a deduplication compares. Result rows have the columns of the input.
 *
 * @param name the step's name; also its store's
 * @param input the columns of input rows
 * @param key the places of the columns whose values make rows duplicates of each other; NULL equals NULL. None: all rows are
 * @param withinMs rows of a key that are this far apart, or further, have nothing to do with each other
 * @param keep which row is kept
 */
public record DedupeSpec(String name, RowType input, List<Integer> key, long withinMs, Keep keep) {
    /** The longest {@code within}: eighteen million years. It keeps sums of times within a long. */
    public static final long MAX_WITHIN_MS = 1L << 59;

    public DedupeSpec {
        key = List.copyOf(key);
        if (withinMs < 1 || withinMs > MAX_WITHIN_MS) {
            throw new IllegalArgumentException(
                    name + " compares rows within " + withinMs + " ms: make it 1 to " + MAX_WITHIN_MS + " ms");
        }
        for (int column : key) {
            if (column < 0 || column >= input.size()) {
                throw new IllegalArgumentException(
                        name + " has column " + column + " in its key, but its input has " + input.size() + " columns");
            }
        }
    }

    /** A row that changes another one is no duplicate of it, so it must not get this far. */
    void checkInsert(Row row) {
        if (row.kind() != RowKind.INSERT) {
            throw new IllegalStateException(name
                    + " was planned over a stream of updates, but it only takes INSERT rows and got " + row.kind());
        }
    }

    RuntimeException timeOutOfRange() {
        return new IllegalArgumentException("the event time is too far away from 1970 for " + name
                + ". Check the unit of the column that event time is taken from");
    }
}
