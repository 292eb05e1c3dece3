package io.millrace.engine.operator.transform;

import io.millrace.serde.Row;

/** A compiled condition. Thread-safe. */
@FunctionalInterface
public interface RowPredicate {
    /**
     * Whether the condition is TRUE; FALSE and UNKNOWN are both false.
     *
     * @throws RuntimeException if it cannot be evaluated
     */
    boolean test(Row row);
}
