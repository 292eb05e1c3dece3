package io.millrace.engine.operator.process;

import io.millrace.engine.operator.Output;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one kind, in the order of their time and then of their keys. They fire in one walk; a timer that is registered or taken back on the way
 * counts if the walk has not come to it yet. One that is registered behind the walk is left for the next.
 */
final class Timers {
    /** So many fire in one transaction, even where none of them emits anything. */
    static final int MAX_FIRED = 50_000;

    private final byte kind;
    private final Call call;
    private final KeyValueStore store;
    private final Target target;
    private final Due due = new Due();

    /** The timer that fired last in the walk under way, or where it began; null if there is none under way. */
    private byte @Nullable [] position;

    private byte @Nullable [] lastFired;
    private long walkThroughMs;
    private boolean changedAhead;

    Timers(byte kind, Call call, KeyValueStore store, Target target) {
        this.kind = kind;
        this.call = call;
        this.store = store;
        this.target = target;
    }

    /** @param value kept with it, unless there is such a timer already */
    void register(long timeMs, byte[] value) {
        byte[] timer = StateKeys.timed(kind, timeMs, call.key());
        if (call.buffer().get(timer) != null) {
            return;
        }
        call.buffer().put(timer, value);
        if (isAhead(timer, timeMs)) {
            changedAhead = true;
        } else {
            due.add(timeMs);
        }
    }

    void delete(long timeMs) {
        byte[] timer = StateKeys.timed(kind, timeMs, call.key());
        if (call.buffer().get(timer) == null) {
            return;
        }
        call.buffer().delete(timer);
        changedAhead |= isAhead(timer, timeMs);
    }

    private boolean isAhead(byte[] timer, long timeMs) {
        return position != null && timeMs <= walkThroughMs && OrderedBytes.compare(timer, position) > 0;
    }

    boolean isDue(long throughMs) {
        return due.isDue(throughMs);
    }

    /** Not later than the first timer's time. */
    long nextMs() {
        return due.nextMs();
    }

    /** The timer after which {@link #fire} stopped; null if before the first. */
    byte @Nullable [] lastFired() {
        return lastFired;
    }

    /**
     * Fires the timers up to {@code throughMs} in one walk.
     *
     * @param after the timer after which an earlier walk stopped, or null to begin with the first
     * @return false if it stopped because the output is full or enough have fired
     */
    boolean fire(long throughMs, byte @Nullable [] after, Output out) {
        byte[] from = after == null ? StateKeys.timed(kind, due.nextMs()) : StateKeys.after(after);
        lastFired = after;
        position = after == null ? from : after;
        walkThroughMs = throughMs;
        due.clear();
        try {
            if (!walk(from, out)) {
                return false;
            }
        } finally {
            position = null;
        }
        lastFired = null;
        if (after != null) {
            // What was registered behind the walk before it stopped may be known to nobody any more.
            due.add(Long.MIN_VALUE);
        }
        return true;
    }

    private boolean walk(byte[] from, Output out) {
        Cursor timers = store.scan(from, StateKeys.end(kind));
        try {
            for (int fired = 0; timers.next(); fired++) {
                byte[] timer = timers.key();
                long timeMs = StateKeys.timeOf(timer);
                if (timeMs > walkThroughMs) {
                    due.add(timeMs);
                    return true;
                }
                if (fired == MAX_FIRED || out.isFull()) {
                    due.add(timeMs);
                    return false;
                }
                byte[] value = timers.value();
                position = timer;
                lastFired = timer;
                changedAhead = false;
                store.delete(timer);
                target.fire(timeMs, StateKeys.restOf(timer), value, out);
                if (changedAhead) {
                    timers.close();
                    timers = store.scan(StateKeys.after(timer), StateKeys.end(kind));
                }
            }
            return true;
        } finally {
            timers.close();
        }
    }

    /** Takes timers that are due. */
    interface Target {
        void fire(long timeMs, byte[] key, byte[] value, Output out);
    }
}
