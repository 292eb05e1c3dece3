package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What all aggregations ask of rows and their values. */
final class Rows {
    private Rows() {}

    /** No function here can take back what it has added, so a row that changes another one must not get this far. */
    static void checkInsert(AggregateSpec spec, Row row) {
        if (row.kind() != RowKind.INSERT) {
            throw new IllegalStateException(spec.name()
                    + " was planned over a stream of updates, but it only takes INSERT rows and got " + row.kind());
        }
    }

    static RuntimeException timeOutOfRange() {
        return new IllegalArgumentException("the event time is more than " + SlicedWindows.MAX_TIME_MS
                + " ms away from 1970. Check the unit of the column that event time is taken from");
    }

    /** Value equality of two column values. */
    static boolean same(@Nullable Object left, @Nullable Object right) {
        return Objects.equals(left, right)
                || (left != null && right != null && left.getClass().isArray() && Objects.deepEquals(left, right));
    }

    /** A hash that goes with {@link #same}. */
    static int hash(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return Arrays.hashCode(bytes);
        }
        if (value instanceof Object[] values) {
            return Arrays.deepHashCode(values);
        }
        return Objects.hashCode(value);
    }
}
