package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import io.millrace.state.KeyValueStore;
import java.util.Arrays;
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

    /** Every window that ends at or before this event time plus 1 ms has fired. */
    long firedThroughMs() {
        return firedThroughMs;
    }

    /**
     * The same with one more window fired in part, because the output was full.
     *
     * @param endMs the window's end
     * @param groupKey the store key, in whichever slice, of the last group whose result was emitted
     */
    WindowProgress stoppedAfter(long endMs, byte[] groupKey) {
        return new WindowProgress(firedThroughMs, endMs, groupKey);
    }

    /** The store key from which on groups are to be read by a cursor that is {@code behindMs} behind the windows' ends. */
    byte[] nextGroup(SlicedWindows windows, long behindMs) {
        if (lastKey == null) {
            // The first window end E with E - 1 > firedThroughMs.
            return StoreKeys.slice(StoreKeys.GROUP, windows.sliceEnd(firedThroughMs + 1) - behindMs);
        }
        byte[] last = StoreKeys.inSlice(lastKey, windowEndMs - behindMs);
        return Arrays.copyOf(last, last.length + 1); // the smallest key after it
    }
}
