package io.millrace.engine.operator.top;

/**
 * One column that rows are ordered by.
 *
 * @param column its place in the input
 * @param descending whether the greatest value comes first
 * @param nullsFirst whether NULL comes before all values
 */
public record Order(int column, boolean descending, boolean nullsFirst) {
    /** The smallest value first; NULL counts as smaller than all others. */
    public static Order ascending(int column) {
        return new Order(column, false, true);
    }

    /** The greatest value first; NULL counts as smaller than all others. */
    public static Order descending(int column) {
        return new Order(column, true, false);
    }
}
