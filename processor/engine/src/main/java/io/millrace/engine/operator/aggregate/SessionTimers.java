package io.millrace.engine.operator.aggregate;

import io.millrace.state.Cursor;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;

/**
 * Walks the timers that are due, in the order of their times and then of their groups, those included that are set for a later due time
 * during the walk: a cursor need not show what was put after it was opened, so at the first of those the walk opens another one.
 */
final class SessionTimers implements AutoCloseable {
    private final KeyValueStore store;
    private final long throughMs;
    private Cursor cursor;
    private byte[] timer = {};

    /** The least time of a timer that the cursor may not show. */
    private long unseenFromMs = Long.MAX_VALUE;

    SessionTimers(KeyValueStore store, byte[] from, long throughMs) {
        this.store = store;
        this.throughMs = throughMs;
        this.cursor = open(from);
    }

    boolean next() {
        boolean found = step();
        if (unseenFromMs <= throughMs && (!found || timeMs() >= unseenFromMs)) {
            // What was walked so far is before: a timer is set at a time that is before the new one's.
            cursor.close();
            cursor = open(Expiry.end(SessionKeys.TIMER, unseenFromMs));
            unseenFromMs = Long.MAX_VALUE;
            found = step();
        }
        return found;
    }

    byte[] timer() {
        return timer;
    }

    long timeMs() {
        return SessionKeys.timerMs(timer);
    }

    /** A timer was put for a time after the current one. */
    void added(long timeMs) {
        unseenFromMs = Math.min(unseenFromMs, timeMs);
    }

    @Override
    public void close() {
        cursor.close();
    }

    private boolean step() {
        boolean found = cursor.next();
        if (found) {
            timer = cursor.key();
        }
        return found;
    }

    private Cursor open(byte[] from) {
        return store.scan(from, Expiry.end(SessionKeys.TIMER, throughMs + 1));
    }
}
