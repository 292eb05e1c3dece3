package io.millrace.engine.operator.transform;

import io.millrace.serde.Row;
import org.jspecify.annotations.Nullable;

/** A compiled projection. Thread-safe. */
@FunctionalInterface
public interface RowFunction {
    /**
     * The new row's values, in an array of its own.
     *
     * @throws RuntimeException if an expression cannot be evaluated
     */
    @Nullable
    Object[] apply(Row row);
}
