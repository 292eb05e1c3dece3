package io.millrace.engine.operator.aggregate;

/** What an aggregation that keeps state is fed with. */
public enum AggregateInput {
    /** Rows as in {@link AggregateSpec#input()}: the aggregation has a single phase. */
    ROWS,
    /** Rows as in {@link AggregateSpec#partialType()}, from {@link LocalAggregate}s. */
    PARTIALS
}
