package io.millrace.engine.operator.top;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.RowCodec;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows that windows may still need: of each slice and group no more than {@code limit}.
 *
 * <p>A group begins with an entry, its <i>head</i>, that says how many rows it has and where the worst one is; its rows follow from the worst
 * to the best. So a row that is not among the best costs one look-up, and one that drives out the worst finds the next worst behind
 * it, whatever the limit.
 */
final class WindowRows {
    static final byte KIND = 2;

    private static final int SLICE_AT = 1;
    private static final int GROUP_AT = SLICE_AT + Long.BYTES;

    private final KeyValueStore store;
    private final int limit;
    private final RankKeys keys;
    private final RowCodec codec;
    private final Sequence sequence;
    private final BinaryWriter writer = new BinaryWriter();

    WindowRows(TopSpec spec, KeyValueStore store, Sequence sequence) {
        this.store = store;
        this.limit = spec.limit();
        this.keys = new RankKeys(spec);
        this.codec = new RowCodec(spec.input());
        this.sequence = sequence;
    }

    void add(long sliceEndMs, @Nullable Object[] row) {
        byte[] head = keys.group(KIND, sliceEndMs, row);
        byte[] place = RankKeys.inverted(keys.place(row, sequence.peek()));
        byte[] stored = store.get(head);
        if (stored == null) {
            store.put(head, head(1, place));
        } else {
            BinaryReader reader = new BinaryReader(stored);
            int count = reader.readVarInt();
            byte[] worst = reader.readRaw(reader.remaining());
            boolean isWorst = OrderedBytes.compare(place, worst) < 0;
            if (count < limit) {
                store.put(head, head(count + 1, isWorst ? place : worst));
            } else if (isWorst) {
                return;
            } else {
                byte[] out = OrderedBytes.concat(head, worst);
                store.put(head, head(count, worstBehind(head, out, place)));
                store.delete(out);
            }
        }
        store.put(OrderedBytes.concat(head, place), codec.encode(row));
        sequence.taken();
    }

    /** The worst row of a group without the one that was, and with the new one. */
    private byte[] worstBehind(byte[] head, byte[] out, byte[] place) {
        if (limit == 1) {
            return place;
        }
        byte[] behind = Arrays.copyOf(out, out.length + 1); // the smallest key after it
        try (Cursor rows = store.scan(behind, OrderedBytes.prefixEnd(head))) {
            if (!rows.next()) {
                throw new IllegalStateException("a group of " + limit + " rows ends before its last one");
            }
            byte[] next = rows.key();
            byte[] nextPlace = Arrays.copyOfRange(next, head.length, next.length);
            return OrderedBytes.compare(nextPlace, place) < 0 ? nextPlace : place;
        }
    }

    private byte[] head(int count, byte[] worst) {
        writer.clear();
        writer.writeVarInt(count);
        writer.writeRaw(worst, 0, worst.length);
        return writer.toByteArray();
    }

    /** The values of a row. */
    @Nullable
    Object[] decode(byte[] value) {
        return codec.decode(value, 0);
    }

    static long sliceEnd(byte[] key) {
        return OrderedBytes.readLong(key, SLICE_AT);
    }

    /** The group of a head. */
    static byte[] group(byte[] head) {
        return Arrays.copyOfRange(head, GROUP_AT, head.length);
    }

    /** Whether the entry behind a head, or behind another row of its group, is a row of its group too. */
    static boolean isRowOf(byte[] head, byte[] key) {
        return key.length > head.length && Arrays.equals(head, 0, head.length, key, 0, head.length);
    }
}
