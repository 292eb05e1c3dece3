package io.millrace.engine.operator.aggregate;

import io.millrace.serde.DataType;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate function of a group.
 *
 * @param distinct whether equal arguments count once
 * @param argument index of the argument's column in the operator's input row, or -1 for COUNT(*)
 * @param argumentType null for COUNT(*)
 * @param filter index of a BOOLEAN column that must be TRUE for a row to count, or -1
 * @param resultType the type of the result's column
 */
public record AggregateCall(
        Function function,
        boolean distinct,
        int argument,
        @Nullable DataType argumentType,
        int filter,
        DataType resultType) {

    /** The functions; NULL arguments are ignored, and all but COUNT are NULL for a group without arguments. */
    public enum Function {
        COUNT,
        SUM,
        MIN,
        MAX,
        AVG
    }
}
