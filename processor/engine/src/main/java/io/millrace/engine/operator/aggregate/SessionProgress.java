package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How far sessions have fired. Immutable. */
final class SessionProgress {
    /** Before the first session, but not so early that arithmetic would overflow. */
    static final long NEVER_MS = -2 * SlicedWindows.MAX_TIME_MS;

    private static final byte[] KEY = {SessionKeys.PROGRESS};
    private static final RowType COLUMNS =
            RowType.of(new Column("fired_through", Scalar.BIGINT, false), new Column("last_timer", Scalar.BYTES));

    private final long firedThroughMs;
    private final byte @Nullable [] lastTimer;

    private SessionProgress(long firedThroughMs, byte @Nullable [] lastTimer) {
        this.firedThroughMs = firedThroughMs;
        this.lastTimer = lastTimer;
    }

    static SessionProgress through(long firedThroughMs) {
        return new SessionProgress(firedThroughMs, null);
    }

    /** As it was saved, or as nothing has fired. */
    static SessionProgress load(KeyValueStore store) {
        byte[] saved = store.get(KEY);
        if (saved == null) {
            return through(NEVER_MS);
        }
        @Nullable Object[] columns = new RowCodec(COLUMNS).decode(saved, 0);
        return new SessionProgress((long) columns[0], (byte @Nullable []) columns[1]);
    }

    void save(KeyValueStore store) {
        store.put(KEY.clone(), new RowCodec(COLUMNS).encode(new @Nullable Object[] {firedThroughMs, lastTimer}));
    }

    /** Every session that ends at or before this event time plus 1 ms has fired. */
    long firedThroughMs() {
        return firedThroughMs;
    }

    /** The same with more timers done, because the output was full in between. */
    SessionProgress stoppedAfter(byte[] timer) {
        return new SessionProgress(firedThroughMs, timer);
    }

    /** The store key from which on timers are to be read. */
    byte[] nextTimer() {
        return lastTimer == null
                ? Expiry.end(SessionKeys.TIMER, firedThroughMs + 1)
                : Arrays.copyOf(lastTimer, lastTimer.length + 1); // the smallest key after it
    }
}
