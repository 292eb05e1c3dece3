package io.millrace.engine.operator.process;

import io.millrace.api.ProcessorContext;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * How far event time has come.
 *
 * @param throughMs all timers up to this time have fired
 * @param lastFired if firing was interrupted beyond it: the timer that fired last
 */
record Progress(long throughMs, byte @Nullable [] lastFired) {
    private static final RowType COLUMNS =
            RowType.of(new Column("through", Scalar.BIGINT, false), new Column("last_fired", Scalar.BYTES));

    static Progress through(long throughMs) {
        return new Progress(throughMs, null);
    }

    /** As it was saved, or as nothing has fired. */
    static Progress load(KeyValueStore store) {
        byte[] saved = store.get(StateKeys.progress());
        if (saved == null) {
            return through(ProcessorContext.NO_WATERMARK);
        }
        @Nullable Object[] columns = new RowCodec(COLUMNS).decode(saved, 0);
        return new Progress((long) columns[0], (byte @Nullable []) columns[1]);
    }

    void save(KeyValueStore store) {
        store.put(StateKeys.progress(), new RowCodec(COLUMNS).encode(new @Nullable Object[] {throughMs, lastFired}));
    }
}
