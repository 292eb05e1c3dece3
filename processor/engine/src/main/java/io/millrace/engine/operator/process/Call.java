package io.millrace.engine.operator.process;

import io.millrace.api.ProcessorContext;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The call of custom code that is under way: for which key, at which time, and what it has written. There is one object per operator, begun anew for each
 * call.
 */
final class Call {
    private final String step;
    private final @Nullable CallBuffer buffer;
    private byte @Nullable [] key;
    private long timeMs;
    private long eventTimeMs = ProcessorContext.NO_WATERMARK;

    /** @param store null for a step without keys */
    Call(String step, @Nullable KeyValueStore store) {
        this.step = step;
        this.buffer = store == null ? null : new CallBuffer(store);
    }

    /**
     * @param timeMs the event time of the row or timer
     * @param eventTimeMs how far event time has come
     */
    void begin(byte @Nullable [] keyAtHand, long timeMs, long eventTimeMs) {
        this.key = keyAtHand;
        this.timeMs = timeMs;
        this.eventTimeMs = eventTimeMs;
    }

    /** Nothing is under way any more. */
    void end() {
        key = null;
    }

    void apply() {
        if (buffer != null) {
            buffer.apply();
        }
    }

    void discard() {
        if (buffer != null) {
            buffer.discard();
        }
    }

    /** @throws IllegalStateException if there is none: the step has no keys, or no row or timer is at hand */
    byte[] key() {
        if (key == null) {
            buffer();
            throw new IllegalStateException("step " + step
                    + ": there is no key here; use state and timers in process and in the timers' methods only");
        }
        return key;
    }

    /** @throws IllegalStateException if the step has no keys */
    CallBuffer buffer() {
        if (buffer == null) {
            throw new IllegalStateException(
                    "step " + step
                            + " has no keys, so there is no state and there are no timers; give it by: with the columns that they go by");
        }
        return buffer;
    }

    long timeMs() {
        return timeMs;
    }

    /** How far event time has come. */
    long eventTimeMs() {
        return eventTimeMs;
    }

    /** Since when what is written now is taken to be there. */
    long writeTimeMs() {
        return Math.max(timeMs, eventTimeMs);
    }
}
