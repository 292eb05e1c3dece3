package io.millrace.serde;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One row on its way through a task: its kind, its event time, and a value for each column of the stream's {@link RowType}.
 *
 * <p>Values have the Java class that {@link DataType} names. A row is never changed after it was emitted: an operator that
 * alters a column makes a new row, so operators may keep rows without copying.
 */
public final class Row {
    private final RowKind kind;
    private final long timeMs;
    private final Finality finality;
    private final @Nullable Object[] values;

    /** @param values one per column, owned by the row from here on */
    public Row(RowKind kind, long timeMs, @Nullable Object[] values) {
        this(kind, timeMs, Finality.UNSAID, values);
    }

    /** @param values one per column, owned by the row from here on */
    public Row(RowKind kind, long timeMs, Finality finality, @Nullable Object[] values) {
        this.kind = kind;
        this.timeMs = timeMs;
        this.finality = finality;
        this.values = values;
    }

    /** An INSERT. */
    public static Row of(long timeMs, @Nullable Object... values) {
        return new Row(RowKind.INSERT, timeMs, values);
    }

    public RowKind kind() {
        return kind;
    }

    /** Event time, milliseconds since 1970-01-01T00:00:00Z; may be negative. */
    public long timeMs() {
        return timeMs;
    }

    public Finality finality() {
        return finality;
    }

    /** The row's own array: read it, never write it. */
    public @Nullable Object[] values() {
        return values;
    }

    public @Nullable Object value(int column) {
        return values[column];
    }

    /** The same kind, time and finality with other values. */
    public Row with(@Nullable Object[] newValues) {
        return new Row(kind, timeMs, finality, newValues);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Row row
                && kind == row.kind
                && timeMs == row.timeMs
                && finality == row.finality
                && Arrays.deepEquals(values, row.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * kind.hashCode() + Long.hashCode(timeMs)) + Arrays.deepHashCode(values);
    }

    @Override
    public String toString() {
        return kind + (finality == Finality.UNSAID ? "" : "/" + finality) + "@" + timeMs + Arrays.deepToString(values);
    }
}
