package io.millrace.engine.operator.dedupe;

/** Which of the rows of a key a deduplication keeps. */
public enum Keep {
    /** The first one in event time. The result is a stream of rows that are never taken back. */
    FIRST,

    /** The last one so far in event time. The result is a stream of updates by key. */
    LAST
}
