package io.millrace.engine.operator.aggregate;

import io.millrace.serde.RowCodec;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The store of a windowed aggregation, and what its entries are made of. */
record SliceStore(
        KeyValueStore store,
        StoreKeys keys,
        Accumulators accumulators,
        RowCodec codec,
        DistinctValues distinct,
        boolean hasDistinct) {

    static SliceStore of(AggregateSpec spec, KeyValueStore store) {
        Accumulators accumulators = new Accumulators(spec);
        return new SliceStore(
                store,
                new StoreKeys(spec),
                accumulators,
                new RowCodec(accumulators.storedType()),
                new DistinctValues(store, accumulators.distinctTypes()),
                accumulators.hasDistinct());
    }

    /** Adds an input row or a partial row to the group of a key, and returns the group. */
    @Nullable
    Object[] add(byte[] key, @Nullable Object[] row, AggregateInput input) {
        byte[] stored = store.get(key);
        @Nullable Object[] group = stored == null ? accumulators.newGroup() : decode(stored);
        if (input == AggregateInput.PARTIALS) {
            accumulators.addPartial(group, row, key, distinct);
        } else {
            accumulators.addRow(group, row, key, distinct);
        }
        put(key, group);
        return group;
    }

    void put(byte[] key, @Nullable Object[] group) {
        store.put(key, codec.encode(group));
    }

    /** The group of a key; null if there is none. */
    @Nullable
    Object @Nullable [] get(byte[] key) {
        byte[] stored = store.get(key);
        return stored == null ? null : decode(stored);
    }

    @Nullable
    Object[] decode(byte[] stored) {
        return codec.decode(stored, 0);
    }
}
