package io.millrace.plan;

import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a relation.
 *
 * @param outlets where they come out: more than one behind a union of streams that are in several stages, all with the same columns
 * @param columns what the rows hold
 * @param kept which of the relation's columns these are; {@link #UNUSED} for what is none of them
 * @param hashKeys by which of the relation's columns the rows are distributed: all with equal values are in one task; null if that
 *     is unknown, empty if all rows are in one task
 */
record Flow(
        List<StageDraft.Outlet> outlets,
        RowType columns,
        List<Integer> kept,
        @Nullable List<Integer> hashKeys) {
    /** In {@link #kept}: a column that the rows hold and the relation has not. */
    static final int UNUSED = -1;

    Flow {
        outlets = List.copyOf(outlets);
    }

    Flow to(List<StageDraft.Outlet> next) {
        return new Flow(next, columns, kept, hashKeys);
    }

    /** Where the rows hold the relation's columns with these indexes. */
    List<Integer> places(List<Integer> indexes) {
        return indexes.stream().map(this::place).toList();
    }

    int place(int index) {
        int place = kept.indexOf(index);
        if (place < 0) {
            throw new IllegalStateException("column " + index + " is needed and was left out of " + columns);
        }
        return place;
    }

    static RowType select(RowType columns, List<Integer> indexes) {
        List<Column> selected = indexes.stream().map(columns::column).toList();
        return new RowType(selected);
    }
}
