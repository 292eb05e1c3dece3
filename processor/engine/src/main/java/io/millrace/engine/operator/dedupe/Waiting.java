package io.millrace.engine.operator.dedupe;

import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;

/**
 * The rows that wait to be judged, by time and then by the number of their arrival: which of them have been, and how many have come.
 *
 * @param judgedMs all rows before this time have been judged, and those of this time that are not among the later arrivals
 * @param judgedArrival the last arrival of that time that was judged; {@link Long#MAX_VALUE} for all
 * @param arrivals how many rows have ever waited
 */
record Waiting(long judgedMs, long judgedArrival, long arrivals) {
    static final byte KIND = 2;

    private static final byte[] STATE_KEY = {0};
    private static final int TIME_AT = 1;
    private static final int ARRIVAL_AT = TIME_AT + Long.BYTES;

    /** As it was saved, or as nothing has come. */
    static Waiting load(KeyValueStore store) {
        byte[] state = store.get(STATE_KEY.clone());
        return state == null
                ? new Waiting(KeptTimes.NEVER_MS, Long.MAX_VALUE, 0)
                : new Waiting(
                        OrderedBytes.readLong(state, 0),
                        OrderedBytes.readLong(state, Long.BYTES),
                        OrderedBytes.readLong(state, 2 * Long.BYTES));
    }

    void save(KeyValueStore store) {
        byte[] state = new byte[3 * Long.BYTES];
        OrderedBytes.putLong(state, 0, judgedMs);
        OrderedBytes.putLong(state, Long.BYTES, judgedArrival);
        OrderedBytes.putLong(state, 2 * Long.BYTES, arrivals);
        store.put(STATE_KEY.clone(), state);
    }

    /** Where a row waits. */
    static byte[] key(long timeMs, long arrival) {
        byte[] key = new byte[ARRIVAL_AT + Long.BYTES];
        key[0] = KIND;
        OrderedBytes.putLong(key, TIME_AT, timeMs);
        OrderedBytes.putLong(key, ARRIVAL_AT, arrival);
        return key;
    }

    static long timeMs(byte[] key) {
        return OrderedBytes.readLong(key, TIME_AT);
    }

    /** The first place at which a row may wait. */
    byte[] next() {
        return isStopped() ? key(judgedMs, judgedArrival + 1) : key(judgedMs + 1, 0);
    }

    /** Whether some rows of the time {@link #judgedMs} may still wait. */
    boolean isStopped() {
        return judgedArrival != Long.MAX_VALUE;
    }

    boolean isJudgedThrough(long timeMs) {
        return timeMs < judgedMs || (timeMs == judgedMs && !isStopped());
    }

    Waiting arrived() {
        return new Waiting(judgedMs, judgedArrival, arrivals + 1);
    }

    /** @param key where the last row waited that was judged */
    Waiting stoppedAfter(byte[] key) {
        return new Waiting(timeMs(key), OrderedBytes.readLong(key, ARRIVAL_AT), arrivals);
    }

    Waiting judgedThrough(long timeMs) {
        return new Waiting(timeMs, Long.MAX_VALUE, arrivals);
    }
}
