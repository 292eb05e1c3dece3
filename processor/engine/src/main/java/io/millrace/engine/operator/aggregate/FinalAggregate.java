package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.LateRows;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.engine.time.Watermarks;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates by key without windows, over input that ends: nothing comes out until time is over, then one INSERT per group, in the order
 * of keys, with the largest event time of the group's rows. Rows that come even later are late.
 *
 * <p>A group's entry is that time and the accumulators. The progress entry, which is there once time is over, holds the key of the last
 * group that was emitted.
 */
final class FinalAggregate implements Operator {
    private static final byte[] GROUPS = {StoreKeys.GROUP};
    private static final byte[] GROUPS_END = {StoreKeys.GROUP + 1};

    private final AggregateSpec spec;
    private final AggregateInput input;
    private final Accumulators accumulators;
    private final StoreKeys keys;
    private final RowCodec codec;
    private final KeyValueStore store;
    private final DistinctValues distinct;
    private final LateRows late;
    private final BinaryWriter writer = new BinaryWriter();

    /** The last group that was emitted; null until time is over. */
    private byte @Nullable [] lastKey;

    /** Whether all were; only known since the operator was made. */
    private boolean done;

    FinalAggregate(AggregateSpec spec, AggregateInput input, OperatorContext context) {
        this.spec = spec;
        this.input = input;
        this.accumulators = new Accumulators(spec);
        this.keys = new StoreKeys(spec);
        this.codec = new RowCodec(accumulators.storedType());
        this.store = context.store(spec.name());
        this.distinct = new DistinctValues(store, accumulators.distinctTypes());
        this.late = new LateRows(context, spec.name(), spec.lateTopic());
        this.lastKey = store.get(StoreKeys.progress());
    }

    @Override
    public void process(int port, Row row, Output out) {
        Rows.checkInsert(spec, row);
        @Nullable Object[] values = row.values();
        boolean isPartial = input == AggregateInput.PARTIALS;
        if (lastKey != null) {
            long rows = isPartial ? (long) values[accumulators.partialBase()] : 1;
            late.add(rows, row.timeMs(), Watermarks.MAX);
            return;
        }
        byte[] key = keys.group(0, values);
        byte[] stored = store.get(key);
        long timeMs = stored == null ? row.timeMs() : Math.max(row.timeMs(), timeMs(stored));
        @Nullable Object[] group = stored == null ? accumulators.newGroup() : codec.decode(stored, Long.BYTES);
        if (isPartial) {
            accumulators.addPartial(group, values, key, distinct);
        } else {
            accumulators.addRow(group, values, key, distinct);
        }
        writer.clear();
        writer.writeFixedLong(timeMs);
        codec.encode(group, writer);
        store.put(key, writer.toByteArray());
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        if (watermarkMs != Watermarks.MAX || done) {
            return true;
        }
        byte[] before = lastKey;
        done = emitGroups(out);
        if (done && lastKey == null) {
            lastKey = GROUPS; // there are none
        }
        if (lastKey != null && lastKey != before) {
            store.put(StoreKeys.progress(), lastKey);
        }
        return done;
    }

    private boolean emitGroups(Output out) {
        byte[] from = lastKey == null ? GROUPS : Arrays.copyOf(lastKey, lastKey.length + 1);
        try (Cursor groups = store.scan(from, GROUPS_END)) {
            while (groups.next()) {
                if (out.isFull()) {
                    return false;
                }
                byte[] key = groups.key();
                emit(key, groups.value(), out);
                lastKey = key;
            }
        }
        return true;
    }

    private void emit(byte[] key, byte[] stored, Output out) {
        @Nullable Object[] result = new Object[spec.keyCount() + accumulators.callCount()];
        System.arraycopy(keys.columns(key), 0, result, 0, spec.keyCount());
        accumulators.results(codec.decode(stored, Long.BYTES), result, spec.keyCount());
        out.emit(new Row(RowKind.INSERT, timeMs(stored), Finality.FINAL, result));
    }

    private static long timeMs(byte[] stored) {
        return new BinaryReader(stored).readFixedLong();
    }
}
