package io.millrace.engine.operator.top;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** How far windows have fired. Immutable. */
final class TopProgress {
    static final byte KIND = 1;

    private static final RowType COLUMNS = RowType.of(
            new Column("fired_through", Scalar.BIGINT, false),
            new Column("group", Scalar.BYTES),
            new Column("rank", Scalar.INT, false));

    private final long firedThroughMs;
    private final byte @Nullable [] group;
    private final int rank;

    private TopProgress(long firedThroughMs, byte @Nullable [] group, int rank) {
        this.firedThroughMs = firedThroughMs;
        this.group = group;
        this.rank = rank;
    }

    static TopProgress through(long firedThroughMs) {
        return new TopProgress(firedThroughMs, null, 0);
    }

    /**
     * Stopped within a window, because the output was full.
     *
     * @param windowEndMs the window's end; it takes no more rows
     * @param group the group of the last result
     * @param rank the rank of the last result
     */
    static TopProgress stoppedAfter(long windowEndMs, byte[] group, int rank) {
        return new TopProgress(windowEndMs - 1, group, rank);
    }

    /** As it was saved, or as nothing has fired. */
    static TopProgress load(KeyValueStore store) {
        byte[] saved = store.get(new byte[] {KIND});
        if (saved == null) {
            return through(TopWindows.NEVER_MS);
        }
        @Nullable Object[] columns = new RowCodec(COLUMNS).decode(saved, 0);
        return new TopProgress((long) columns[0], (byte @Nullable []) columns[1], (int) columns[2]);
    }

    void save(KeyValueStore store) {
        store.put(
                new byte[] {KIND}, new RowCodec(COLUMNS).encode(new @Nullable Object[] {firedThroughMs, group, rank}));
    }

    /** Every window that ends at or before this event time plus 1 ms has fired, the last one perhaps in part. */
    long firedThroughMs() {
        return firedThroughMs;
    }

    boolean isStopped() {
        return group != null;
    }

    /** The end of the window at which firing goes on. */
    long nextWindowEndMs(TopWindows windows) {
        return isStopped() ? firedThroughMs + 1 : windows.endAfter(firedThroughMs);
    }

    /** The group of the last result, if firing has stopped within a window. */
    byte @Nullable [] group() {
        return group;
    }

    /** The rank of the last result, if firing has stopped within a window. */
    int rank() {
        return rank;
    }
}
