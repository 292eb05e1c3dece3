package io.millrace.engine.operator.aggregate;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import io.millrace.state.OrderedBytes;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an aggregation's store. The first byte says what the entry is: {@link #PROGRESS}; {@link #GROUP}, followed by the end
 * of the slice (if windowed) and the group's key; {@link #DISTINCT}, followed by the same and a call's number and a value of its
 * argument; {@link #ROLLED} and {@link #ROLLED_DISTINCT}, which are the same for all slices so far of the cumulating windows that end at the
 * latest at the time in the key. So slices are in the order of time, and what belongs to a group is in the order of the groups.
 */
final class StoreKeys {
    static final byte PROGRESS = 0;
    static final byte GROUP = 1;
    static final byte DISTINCT = 2;
    static final byte ROLLED = 3;
    static final byte ROLLED_DISTINCT = 4;

    private static final int SLICE_AT = 1;
    private static final byte[] PROGRESS_KEY = {PROGRESS};

    private final KeyCodec codec;
    private final int[] keyColumns;
    private final boolean windowed;
    private final BinaryWriter writer = new BinaryWriter();
    private final BinaryReader reader = new BinaryReader(new byte[0]);

    StoreKeys(AggregateSpec spec) {
        this.codec = new KeyCodec(new RowType(spec.input().columns().subList(0, spec.keyCount())));
        this.keyColumns = IntStream.range(0, spec.keyCount()).toArray();
        this.windowed = spec.windows() != null;
    }

    static byte[] progress() {
        return PROGRESS_KEY.clone();
    }

    /** The key of the group of {@code row}, which begins with the key columns; {@code sliceEndMs} counts only if windowed. */
    byte[] group(long sliceEndMs, @Nullable Object[] row) {
        writer.clear();
        writer.writeByte(GROUP);
        if (windowed) {
            writer.writeFixedLong(sliceEndMs ^ Long.MIN_VALUE);
        }
        codec.encode(row, keyColumns, writer);
        return writer.toByteArray();
    }

    /** The key columns of a group's key. */
    @Nullable
    Object[] columns(byte[] groupKey) {
        int at = keyAt();
        reader.reset(groupKey, at, groupKey.length - at);
        return codec.decode(reader);
    }

    /** The order of two groups, whatever slices their keys are of. */
    int compareGroups(byte[] left, byte[] right) {
        int at = keyAt();
        return Arrays.compareUnsigned(left, at, left.length, right, at, right.length);
    }

    /** Where the group's own key begins in a key. */
    int keyAt() {
        return windowed ? SLICE_AT + Long.BYTES : SLICE_AT;
    }

    /** The slice's end in a key. */
    static long sliceEnd(byte[] key) {
        return OrderedBytes.readLong(key, SLICE_AT);
    }

    /** The same group in another slice. */
    static byte[] inSlice(byte[] groupKey, long sliceEndMs) {
        byte[] key = groupKey.clone();
        OrderedBytes.putLong(key, SLICE_AT, sliceEndMs);
        return key;
    }

    /** The same group in another slice, or of another kind. */
    static byte[] inSlice(byte kind, byte[] groupKey, long sliceEndMs) {
        byte[] key = inSlice(groupKey, sliceEndMs);
        key[0] = kind;
        return key;
    }

    /** What every entry of this kind whose slice ends at {@code sliceEndMs} or later is not less than. */
    static byte[] slice(byte kind, long sliceEndMs) {
        byte[] key = new byte[SLICE_AT + Long.BYTES];
        key[0] = kind;
        OrderedBytes.putLong(key, SLICE_AT, sliceEndMs);
        return key;
    }

    /** What the distinct values of a group all begin with. */
    static byte[] distinctOf(byte[] groupKey) {
        byte[] key = groupKey.clone();
        key[0] = groupKey[0] == ROLLED ? ROLLED_DISTINCT : DISTINCT;
        return key;
    }

    /** The smallest key behind {@code key}. */
    static byte[] behind(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }
}
