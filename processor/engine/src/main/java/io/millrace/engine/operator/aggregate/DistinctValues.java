package io.millrace.engine.operator.aggregate;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Which values each DISTINCT call of each group has seen: an entry per value, so that no group has to fit the heap. */
final class DistinctValues {
    private static final byte[] NOTHING = {};
    private static final int CALL_BYTES = 2;
    private static final int[] FIRST = {0};

    private final KeyValueStore store;
    private final @Nullable KeyCodec[] codecs;
    private final @Nullable Object[] value = new Object[1];
    private final BinaryWriter writer = new BinaryWriter();

    /** @param types per call, the type of its values, or null if it is not DISTINCT */
    DistinctValues(KeyValueStore store, List<@Nullable DataType> types) {
        this.store = store;
        this.codecs = new KeyCodec[types.size()];
        for (int i = 0; i < codecs.length; i++) {
            DataType type = types.get(i);
            codecs[i] = type == null ? null : new KeyCodec(RowType.of(new Column("argument", type)));
        }
    }

    /** Notes that a group has seen a value; false if it had before. */
    boolean addIfNew(byte[] groupKey, int call, Object argument) {
        byte[] key = entry(groupKey, call, argument);
        if (store.get(key) != null) {
            return false;
        }
        store.put(key, NOTHING);
        return true;
    }

    /** The store key that says that a group has seen a value. */
    byte[] entry(byte[] groupKey, int call, Object argument) {
        writer.clear();
        writer.writeByte(groupKey[0] == StoreKeys.ROLLED ? StoreKeys.ROLLED_DISTINCT : StoreKeys.DISTINCT);
        writer.writeRaw(groupKey, 1, groupKey.length - 1);
        writer.writeFixedShort(call);
        value[0] = argument;
        codec(call).encode(value, FIRST, writer);
        return writer.toByteArray();
    }

    /** Feeds the DISTINCT calls of {@code group} with each value once, in however many of the slices it was seen. */
    void addUnion(List<Walk> slices, int prefixBytes, Accumulators accumulators, @Nullable Object[] group) {
        accumulators.restartDistinct(group);
        PriorityQueue<Walk> walks = new PriorityQueue<>(
                Math.max(1, slices.size()), (left, right) -> compareFrom(prefixBytes, left.key(), right.key()));
        for (Walk walk : slices) {
            if (walk.isWithin()) {
                walks.add(walk);
            }
        }
        byte[] last = null;
        for (Walk walk = walks.poll(); walk != null; walk = walks.poll()) {
            byte[] key = walk.key();
            if (last == null || compareFrom(prefixBytes, last, key) != 0) {
                addTo(group, key, prefixBytes, accumulators);
            }
            last = key;
            walk.next();
            if (walk.isWithin()) {
                walks.add(walk);
            }
        }
    }

    /** Feeds the DISTINCT calls of {@code group} with those values of a slice that the group has not seen yet. */
    void addNew(Walk slice, int prefixBytes, Accumulators accumulators, @Nullable Object[] group, byte[] groupKey) {
        for (; slice.isWithin(); slice.next()) {
            BinaryReader reader = new BinaryReader(slice.key(), prefixBytes, slice.key().length - prefixBytes);
            int call = reader.readFixedShort();
            Object argument = codec(call).decode(reader)[0];
            if (argument != null && addIfNew(groupKey, call, argument)) {
                accumulators.add(group, call, argument);
            }
        }
    }

    /**
     * Feeds each value to the DISTINCT calls of one group only: that of the first of the slices which has seen it.
     *
     * @param groups one per slice
     */
    void addFirst(List<Walk> slices, int prefixBytes, Accumulators accumulators, List<@Nullable Object[]> groups) {
        List<Integer> within = new ArrayList<>();
        for (int i = 0; i < slices.size(); i++) {
            if (slices.get(i).isWithin()) {
                within.add(i);
            }
        }
        PriorityQueue<Integer> queue = new PriorityQueue<>(Math.max(1, within.size()), (left, right) -> {
            int byValue = compareFrom(
                    prefixBytes, slices.get(left).key(), slices.get(right).key());
            return byValue != 0 ? byValue : Integer.compare(left, right);
        });
        queue.addAll(within);
        byte[] last = null;
        for (Integer i = queue.poll(); i != null; i = queue.poll()) {
            Walk walk = slices.get(i);
            byte[] key = walk.key();
            if (last == null || compareFrom(prefixBytes, last, key) != 0) {
                addTo(groups.get(i), key, prefixBytes, accumulators);
            }
            last = key;
            walk.next();
            if (walk.isWithin()) {
                queue.add(i);
            }
        }
    }

    /** Feeds a DISTINCT call of {@code group} with the value of a store key. */
    void addTo(@Nullable Object[] group, byte[] key, int prefixBytes, Accumulators accumulators) {
        BinaryReader reader = new BinaryReader(key, prefixBytes, key.length - prefixBytes);
        int call = reader.readFixedShort();
        Object argument = codec(call).decode(reader)[0];
        if (argument != null) {
            accumulators.add(group, call, argument);
        }
    }

    private KeyCodec codec(int call) {
        KeyCodec codec = codecs[call];
        if (codec == null) {
            throw new IllegalStateException("call " + call + " is not DISTINCT");
        }
        return codec;
    }

    private static int compareFrom(int at, byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, at, left.length, right, at, right.length);
    }

    /** A walk over distinct values, from group to group. */
    static final class Walk implements AutoCloseable {
        private final Cursor cursor;
        private byte @Nullable [] key;
        private byte[] prefix = NOTHING;
        private boolean started;

        Walk(Cursor cursor) {
            this.cursor = cursor;
        }

        /** The values of one group. */
        static Walk of(KeyValueStore store, byte[] groupKey) {
            byte[] prefix = StoreKeys.distinctOf(groupKey);
            return new Walk(store.scan(prefix, OrderedBytes.prefixEnd(prefix)));
        }

        /** Goes on to the values of a group that is not before the last one. */
        void moveTo(byte[] groupKey) {
            prefix = StoreKeys.distinctOf(groupKey);
            if (!started) {
                started = true;
                next();
            }
            while (key != null && OrderedBytes.compare(key, prefix) < 0) {
                next();
            }
        }

        boolean isWithin() {
            return key != null
                    && key.length >= prefix.length + CALL_BYTES
                    && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        }

        byte[] key() {
            if (key == null) {
                throw new IllegalStateException("there is no further value");
            }
            return key;
        }

        void next() {
            key = cursor.next() ? cursor.key() : null;
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
