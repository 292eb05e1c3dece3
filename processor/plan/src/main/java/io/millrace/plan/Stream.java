package io.millrace.plan;

import io.millrace.plan.expression.Expression;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A relation on its way through the steps.
 *
 * @param name what messages call it: its source's or its own name, or that of the last stateful step
 * @param updates null if it never corrects an earlier row
 * @param timeType the type that a column with its event time has
 * @param ofRecords whether each row is made of a single source record, which is therefore known
 * @param windowBounds columns whose value goes with one event time only, because the rows are final results of windows
 */
record Stream(
        String name,
        Relation relation,
        @Nullable Updates updates,
        DataType timeType,
        boolean ofRecords,
        Set<Integer> windowBounds) {
    Stream {
        windowBounds = Set.copyOf(windowBounds);
    }

    /** What a source gives. */
    static Stream ofSource(String name, Relation relation, DataType timeType) {
        return new Stream(name, relation, null, timeType, true, Set.of());
    }

    /** What a step gives that makes its rows of several, or keeps them for later. */
    static Stream ofStep(Relation relation, @Nullable Updates updates, DataType timeType, Set<Integer> windowBounds) {
        return new Stream(relation.name(), relation, updates, timeType, false, windowBounds);
    }

    RowType columns() {
        return relation.columns();
    }

    Stream named(String newName) {
        return new Stream(newName, relation, updates, timeType, ofRecords, windowBounds);
    }

    /** The same rows or fewer. */
    Stream with(Relation next) {
        return new Stream(name, next, updates, timeType, ofRecords, windowBounds);
    }

    /** The same rows with other columns. */
    Stream through(Relation project, List<Expression> outputs) {
        Set<Integer> bounds = new HashSet<>();
        for (int i = 0; i < outputs.size(); i++) {
            if (windowBounds.contains(outputs.get(i).column())) {
                bounds.add(i);
            }
        }
        return new Stream(
                name, project, updates == null ? null : updates.through(outputs), timeType, ofRecords, bounds);
    }
}
