package io.millrace.engine.operator.process;

/**
 * When the first of some entries that go by time is due. Only a lower bound, so it costs nothing to keep right: what is not due by it is not due, and a
 * walk over the entries that are makes it exact again.
 */
final class Due {
    /** Nothing is known of a new store's entries. */
    private long nextMs = Long.MIN_VALUE;

    private boolean any = true;

    /** Not later than the first entry's time; {@link Long#MAX_VALUE} if there is none. */
    long nextMs() {
        return nextMs;
    }

    boolean isDue(long throughMs) {
        return any && nextMs <= throughMs;
    }

    /** There may be an entry with this time. */
    void add(long timeMs) {
        nextMs = Math.min(nextMs, timeMs);
        any = true;
    }

    /** There are no entries but those added from now on. */
    void clear() {
        nextMs = Long.MAX_VALUE;
        any = false;
    }
}
