package io.millrace.engine.operator.top;

import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a ranking compares. Result rows have the columns of the input; then, if {@code windowColumns}, the window's start and end
 * (milliseconds, two BIGINT-like columns); then the rank, a BIGINT from 1.
 *
 * @param name the step's name; also its store's
 * @param input the columns of input rows
 * @param by the places of the columns that make groups; NULL is a group like any other. None: all rows are one group
 * @param order what rows are ordered by, the first column first; rows that are equal in all are in the order of their arrival
 * @param limit how many rows of a group are kept
 * @param windows the windows that are ranked each for itself; null for a running ranking
 * @param windowColumns whether results say which window they belong to
 * @param uniqueKey the places of the columns by which the input's rows replace each other; null if the input only has INSERT rows
 */
public record TopSpec(
        String name,
        RowType input,
        List<Integer> by,
        List<Order> order,
        int limit,
        @Nullable SlicedWindows windows,
        boolean windowColumns,
        @Nullable List<Integer> uniqueKey) {
    public TopSpec {
        by = List.copyOf(by);
        order = List.copyOf(order);
        uniqueKey = uniqueKey == null ? null : List.copyOf(uniqueKey);
        if (limit < 1) {
            throw new IllegalArgumentException(name + " keeps " + limit + " rows: make it 1 or more");
        }
        if (order.isEmpty()) {
            throw new IllegalArgumentException(name + " has no order: say by which columns rows are ranked");
        }
        if (windows == null && windowColumns) {
            throw new IllegalArgumentException(name + " has columns for its windows, but no windows");
        }
        if (windows != null && uniqueKey != null) {
            throw new IllegalArgumentException(
                    name + " ranks windows of a stream of updates: only final rows can be ranked by window");
        }
        by.forEach(column -> checkColumn(name, input, column));
        order.forEach(column -> checkColumn(name, input, column.column()));
        if (uniqueKey != null) {
            uniqueKey.forEach(column -> checkColumn(name, input, column));
        }
    }

    private static void checkColumn(String name, RowType input, int column) {
        if (column < 0 || column >= input.size()) {
            throw new IllegalArgumentException(
                    name + " ranks by column " + column + ", but its input has " + input.size() + " columns");
        }
    }

    /** Without a unique key nothing says which row another one replaces. */
    void checkInsert(Row row) {
        if (row.kind() != RowKind.INSERT) {
            throw new IllegalStateException(name + " was planned over a stream of INSERT rows, but got " + row.kind()
                    + ": it needs a unique key");
        }
    }
}
