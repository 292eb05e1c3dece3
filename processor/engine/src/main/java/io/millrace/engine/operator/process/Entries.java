package io.millrace.engine.operator.process;

import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one piece of state, and how long they live.
 *
 * <p>An entry that expires holds when, and under which time it is listed among those to look at ({@link StateKeys#EXPIRY}). Writing it again only
 * changes the entry: it is listed once, and listed anew when its turn has come and it turns out to live on. So a write costs one entry, and
 * the list is as long as there are entries.
 */
final class Entries {
    private static final byte FOREVER = 0;
    private static final byte EXPIRING = 1;
    private static final int EXPIRY_AT = 1;
    private static final int LISTED_AT = EXPIRY_AT + Long.BYTES;
    private static final int EXPIRING_VALUE_AT = LISTED_AT + Long.BYTES;
    private static final int FOREVER_VALUE_AT = 1;
    private static final byte[] NOTHING = {};

    private final Call call;
    private final Due due;
    private final long ttlMs;
    private final ColumnValue column;
    private final RowCodec codec;
    private final BinaryWriter writer = new BinaryWriter();

    /** @param ttlMs {@link Long#MAX_VALUE} to live for ever */
    Entries(Call call, Due due, String name, DataType type, long ttlMs) {
        this.call = call;
        this.due = due;
        this.ttlMs = ttlMs;
        Column value = new Column(name, type, false);
        this.column = new ColumnValue("state", value);
        this.codec = new RowCodec(RowType.of(value));
    }

    @Nullable
    Object get(byte[] key) {
        byte[] stored = call.buffer().get(key);
        return stored == null || !isAlive(stored) ? null : valueOf(stored);
    }

    boolean contains(byte[] key) {
        byte[] stored = call.buffer().get(key);
        return stored != null && isAlive(stored);
    }

    /** @throws IllegalArgumentException if the value is not of the state's type */
    void put(byte[] key, Object value) {
        Object fitted = column.fit(value);
        writer.clear();
        if (ttlMs == Long.MAX_VALUE) {
            writer.writeByte(FOREVER);
        } else {
            byte[] before = call.buffer().get(key);
            long expiryMs = saturatedSum(call.writeTimeMs(), ttlMs);
            long listedMs = expiryMs;
            if (before != null && before[0] == EXPIRING) {
                expiryMs = Math.max(expiryMs, OrderedBytes.readLong(before, EXPIRY_AT));
                listedMs = OrderedBytes.readLong(before, LISTED_AT);
            } else {
                call.buffer().put(listed(listedMs, key), NOTHING);
                due.add(listedMs);
            }
            writer.writeByte(EXPIRING);
            writer.writeFixedLong(expiryMs ^ Long.MIN_VALUE);
            writer.writeFixedLong(listedMs ^ Long.MIN_VALUE);
        }
        codec.encode(new Object[] {fitted}, writer);
        call.buffer().put(key, writer.toByteArray());
    }

    void delete(byte[] key) {
        byte[] before = call.buffer().get(key);
        if (before == null) {
            return;
        }
        if (before[0] == EXPIRING) {
            call.buffer().delete(listed(OrderedBytes.readLong(before, LISTED_AT), key));
        }
        call.buffer().delete(key);
    }

    /** Deletes all entries whose keys begin so. */
    void deleteAll(byte[] prefix) {
        try (Cursor entries = call.buffer().scan(prefix, OrderedBytes.prefixEnd(prefix))) {
            while (entries.next()) {
                delete(entries.key());
            }
        }
    }

    /** Whether there is no entry whose key begins so. */
    boolean isEmpty(byte[] prefix) {
        try (Cursor entries = call.buffer().scan(prefix, OrderedBytes.prefixEnd(prefix))) {
            while (entries.next()) {
                if (isAlive(entries.value())) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether an entry has not expired yet. */
    boolean isAlive(byte[] stored) {
        return stored[0] != EXPIRING || OrderedBytes.readLong(stored, EXPIRY_AT) > call.eventTimeMs();
    }

    Object valueOf(byte[] stored) {
        Object value = codec.decode(stored, stored[0] == EXPIRING ? EXPIRING_VALUE_AT : FOREVER_VALUE_AT)[0];
        if (value == null) {
            throw new IllegalStateException("an entry of state without a value");
        }
        return value;
    }

    Call call() {
        return call;
    }

    /**
     * Looks at an entry that is listed for a time that has come: removes it if it has expired and lists it anew if it lives on.
     *
     * @param listing the key in the list, which the caller removes
     */
    static void expire(KeyValueStore store, byte[] listing, long watermarkMs, Due due) {
        byte[] key = StateKeys.restOf(listing);
        byte[] stored = store.get(key);
        if (stored == null
                || stored[0] != EXPIRING
                || OrderedBytes.readLong(stored, LISTED_AT) != StateKeys.timeOf(listing)) {
            // It was written since without a time to live.
            return;
        }
        long expiryMs = OrderedBytes.readLong(stored, EXPIRY_AT);
        if (expiryMs <= watermarkMs) {
            store.delete(key);
            return;
        }
        byte[] relisted = stored.clone();
        OrderedBytes.putLong(relisted, LISTED_AT, expiryMs);
        store.put(key, relisted);
        store.put(listed(expiryMs, key), NOTHING);
        due.add(expiryMs);
    }

    private static byte[] listed(long timeMs, byte[] key) {
        return StateKeys.timed(StateKeys.EXPIRY, timeMs, key);
    }

    private static long saturatedSum(long timeMs, long ttlMs) {
        return timeMs > Long.MAX_VALUE - ttlMs ? Long.MAX_VALUE : timeMs + ttlMs;
    }
}
