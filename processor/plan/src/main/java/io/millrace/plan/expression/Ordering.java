package io.millrace.plan.expression;

/**
 * A column that rows are put in order by.
 *
 * @param column its index in the stream
 * @param nullsFirst whether NULLs come before all else; by default they count as the least value
 */
public record Ordering(int column, boolean descending, boolean nullsFirst) {}
