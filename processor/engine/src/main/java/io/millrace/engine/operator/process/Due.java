package io.millrace.engine.operator.process;

/**
 * When the first of some entries that go by time is due. Only a lower bound, so it costs nothing to keep right: what is not due by it is not due, and a
 * walk over the entries that are makes it exact again.
 */
final class Due {
    /** Nothing is known of a new store's entries. */
    private long nextMs = Long.MIN_VALUE;

    long nextMs() {
        return nextMs;
    }

    boolean isDue(long throughMs) {
        return nextMs <= throughMs;
    }

    /** There may be an entry with this time. */
    void add(long timeMs) {
        nextMs = Math.min(nextMs, timeMs);
    }

    /** There are no entries before this time, {@link Long#MAX_VALUE} for none at all; entries added from now on count again. */
    void restart(long timeMs) {
        nextMs = timeMs;
    }
}
