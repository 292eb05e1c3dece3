package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** How far windows have fired. Immutable. */
final class WindowProgress {
    /** Before the first window, but not so early that arithmetic would overflow. */
    static final long NEVER_MS = -2 * SlicedWindows.MAX_TIME_MS;

    private static final RowType COLUMNS = RowType.of(
            new Column("fired_through", Scalar.BIGINT, false),
            new Column("window_end", Scalar.BIGINT),
            new Column("last_key", Scalar.BYTES));

    private final long firedThroughMs;
    private final long windowEndMs;
    private final byte @Nullable [] lastKey;

    private WindowProgress(long firedThroughMs, long windowEndMs, byte @Nullable [] lastKey) {
        this.firedThroughMs = firedThroughMs;
        this.windowEndMs = windowEndMs;
        this.lastKey = lastKey;
    }

    static WindowProgress through(long firedThroughMs) {
        return new WindowProgress(firedThroughMs, 0, null);
    }

    /** As it was saved, or as nothing has fired. */
    static WindowProgress load(KeyValueStore store) {
        byte[] saved = store.get(StoreKeys.progress());
        if (saved == null) {
            return through(NEVER_MS);
        }
        @Nullable Object[] columns = new RowCodec(COLUMNS).decode(saved, 0);
        Object windowEnd = columns[1];
        return new WindowProgress(
                (long) columns[0], windowEnd == null ? 0 : (long) windowEnd, (byte @Nullable []) columns[2]);
    }

    void save(KeyValueStore store) {
        @Nullable Object[] columns = {firedThroughMs, lastKey == null ? null : windowEndMs, lastKey};
        store.put(StoreKeys.progress(), new RowCodec(COLUMNS).encode(columns));
    }

    /** The event time, an instant, up to which every window has fired that is complete by then. */
    long firedThroughMs() {
        return firedThroughMs;
    }

    /**
     * The same with one more window fired in part, because the output was full.
     *
     * @param endMs the window's end on the time line
     * @param groupKey the store key, in whichever slice, of the last group whose result was emitted
     */
    WindowProgress stoppedAfter(long endMs, byte[] groupKey) {
        return new WindowProgress(firedThroughMs, endMs, groupKey);
    }

    /** Whether a window has fired in part. */
    boolean isInterrupted() {
        return lastKey != null;
    }

    /**
     * The end of the window at which firing goes on.
     *
     * @param firstEndMs the first one that has not fired at all by {@link #firedThroughMs}
     */
    long nextWindowEnd(long firstEndMs) {
        return lastKey == null ? firstEndMs : windowEndMs;
    }

    /** The first key, of {@link #nextWindowEnd}, of a group that has not fired, as an entry of a kind and a time. */
    byte[] nextGroup(byte kind, long timeMs) {
        return lastKey == null
                ? StoreKeys.slice(kind, timeMs)
                : StoreKeys.behind(StoreKeys.inSlice(kind, lastKey, timeMs));
    }
}
