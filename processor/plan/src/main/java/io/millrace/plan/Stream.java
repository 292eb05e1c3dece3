package io.millrace.plan;

import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import org.jspecify.annotations.Nullable;

/**
 * A relation on its way through the steps.
 *
 * @param name what messages call it: its source's or its own name, or that of the last aggregate
 * @param updates null if it never corrects an earlier row
 * @param timeType the type that a column with its event time has
 */
record Stream(String name, Relation relation, @Nullable Updates updates, DataType timeType) {
    RowType columns() {
        return relation.columns();
    }

    Stream named(String newName) {
        return new Stream(newName, relation, updates, timeType);
    }

    Stream with(Relation next) {
        return new Stream(name, next, updates, timeType);
    }
}
