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
 * The keys of a session aggregation's store. The first byte says what the entry is:
 * <ul>
 *   <li>{@link #PROGRESS}: how far sessions have fired;
 *   <li>{@link #NEWEST}, group: the newest session of a group; such a key also stands for the group everywhere else;
 *   <li>{@link #OLDER}, group, end: another session of it;
 *   <li>{@link #DISTINCT}, group, set, call, value: a value that a DISTINCT call has seen;
 *   <li>{@link #TIMER}, time, group: at that time the session that holds it must be looked at;
 *   <li>{@link #CHANGED}, generation, group, time: the session that holds that time has changed since its last early result.
 * </ul>
 */
final class SessionKeys {
    static final byte PROGRESS = StoreKeys.PROGRESS;
    static final byte NEWEST = 1;
    static final byte DISTINCT = StoreKeys.DISTINCT;
    static final byte OLDER = 3;
    static final byte TIMER = 4;
    static final byte CHANGED = 5;

    private static final int KIND_BYTES = 1;
    private static final int TIME_AT = KIND_BYTES;
    private static final int TIMED_BYTES = TIME_AT + Long.BYTES;

    private final KeyCodec codec;
    private final int[] keyColumns;
    private final BinaryWriter writer = new BinaryWriter();
    private final BinaryReader reader = new BinaryReader(new byte[0]);

    SessionKeys(AggregateSpec spec) {
        this.codec = new KeyCodec(new RowType(spec.input().columns().subList(0, spec.keyCount())));
        this.keyColumns = IntStream.range(0, spec.keyCount()).toArray();
    }

    /** The key of the newest session of the group of {@code row}, which begins with the key columns. */
    byte[] group(@Nullable Object[] row) {
        writer.clear();
        writer.writeByte(NEWEST);
        codec.encode(row, keyColumns, writer);
        return writer.toByteArray();
    }

    /** The key columns of a group. */
    @Nullable
    Object[] columns(byte[] groupKey) {
        reader.reset(groupKey, KIND_BYTES, groupKey.length - KIND_BYTES);
        return codec.decode(reader);
    }

    /** What the keys of a group's older sessions all begin with; by their ends, sessions are in the order of time. */
    static byte[] allOlder(byte[] groupKey) {
        byte[] key = groupKey.clone();
        key[0] = OLDER;
        return key;
    }

    static byte[] older(byte[] groupKey, long endMs) {
        return followed(OLDER, groupKey, endMs);
    }

    /** What the distinct values of one set all begin with. */
    static byte[] set(byte[] groupKey, long set) {
        return followed(DISTINCT, groupKey, set);
    }

    /** The same value in another set of the group. */
    static byte[] inSet(byte[] valueKey, byte[] groupKey, long set) {
        byte[] key = valueKey.clone();
        OrderedBytes.putLong(key, groupKey.length, set);
        return key;
    }

    static byte[] timer(byte[] groupKey, long timeMs) {
        return timed(TIMER, timeMs, groupKey, groupKey.length + Long.BYTES);
    }

    static byte[] changed(byte[] groupKey, long generation, long timeMs) {
        byte[] key = timed(CHANGED, generation, groupKey, groupKey.length + 2 * Long.BYTES);
        OrderedBytes.putLong(key, key.length - Long.BYTES, timeMs);
        return key;
    }

    /** The time of a timer. */
    static long timerMs(byte[] timer) {
        return OrderedBytes.readLong(timer, TIME_AT);
    }

    static byte[] groupOfTimer(byte[] timer) {
        return groupIn(timer, timer.length);
    }

    /** The time by which the session of an entry of kind {@link #CHANGED} is found. */
    static long changedMs(byte[] changed) {
        return OrderedBytes.readLong(changed, changed.length - Long.BYTES);
    }

    static byte[] groupOfChanged(byte[] changed) {
        return groupIn(changed, changed.length - Long.BYTES);
    }

    private static byte[] followed(byte kind, byte[] groupKey, long last) {
        byte[] key = Arrays.copyOf(groupKey, groupKey.length + Long.BYTES);
        key[0] = kind;
        OrderedBytes.putLong(key, groupKey.length, last);
        return key;
    }

    private static byte[] timed(byte kind, long timeMs, byte[] groupKey, int length) {
        byte[] key = new byte[length];
        key[0] = kind;
        OrderedBytes.putLong(key, TIME_AT, timeMs);
        System.arraycopy(groupKey, KIND_BYTES, key, TIMED_BYTES, groupKey.length - KIND_BYTES);
        return key;
    }

    private static byte[] groupIn(byte[] key, int end) {
        // Its kind takes the place of the last byte of the time.
        byte[] group = Arrays.copyOfRange(key, TIMED_BYTES - KIND_BYTES, end);
        group[0] = NEWEST;
        return group;
    }
}
