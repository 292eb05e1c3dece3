package io.millrace.engine.operator.top;

import io.millrace.serde.BinaryReader;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import io.millrace.state.KeyValueStore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the row of each unique key is. */
final class UniqueRows {
    static final byte KIND = 3;

    private final KeyValueStore store;
    private final Keys keys;
    private final BinaryWriter writer = new BinaryWriter();

    UniqueRows(RowType input, List<Integer> uniqueKey, KeyValueStore store) {
        this.store = store;
        this.keys = new Keys(input, uniqueKey);
    }

    byte[] key(@Nullable Object[] row) {
        return keys.of(row);
    }

    @Nullable
    Location get(byte[] key) {
        byte[] stored = store.get(key);
        if (stored == null) {
            return null;
        }
        BinaryReader reader = new BinaryReader(stored);
        byte[] group = reader.readBytes();
        return new Location(group, reader.readRaw(reader.remaining()));
    }

    void put(byte[] key, byte[] group, byte[] place) {
        writer.clear();
        writer.writeBytes(group);
        writer.writeRaw(place, 0, place.length);
        store.put(key, writer.toByteArray());
    }

    void delete(byte[] key) {
        store.delete(key);
    }

    /** The two parts of the key of a row. */
    record Location(byte[] group, byte[] place) {}

    /** Makes the keys of entries. */
    static final class Keys {
        private final KeyCodec codec;
        private final int[] columns;
        private final BinaryWriter writer = new BinaryWriter();

        /** @throws IllegalArgumentException if a column's type has no order */
        Keys(RowType input, List<Integer> uniqueKey) {
            this.codec = new KeyCodec(
                    new RowType(uniqueKey.stream().map(input::column).toList()));
            this.columns = uniqueKey.stream().mapToInt(Integer::intValue).toArray();
        }

        byte[] of(@Nullable Object[] row) {
            writer.clear();
            writer.writeByte(KIND);
            codec.encode(row, columns, writer);
            return writer.toByteArray();
        }
    }
}
