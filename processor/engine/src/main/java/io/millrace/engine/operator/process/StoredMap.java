package io.millrace.engine.operator.process;

import io.millrace.api.MapState;
import io.millrace.serde.BinaryReader;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import io.millrace.state.Cursor;
import io.millrace.state.OrderedBytes;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** An entry per map key. */
final class StoredMap<K, V> implements MapState<K, V> {
    private final Entries entries;
    private final byte[] prefix;
    private final ColumnValue keyColumn;
    private final KeyCodec keyCodec;

    /** @throws IllegalArgumentException if {@code keyType} has no order */
    StoredMap(Entries entries, byte[] prefix, DataType keyType) {
        this.entries = entries;
        this.prefix = prefix;
        Column key = new Column("map key", keyType, false);
        this.keyColumn = new ColumnValue("state", key);
        this.keyCodec = new KeyCodec(RowType.of(key));
    }

    @Override
    @SuppressWarnings("unchecked") // The state's type says so.
    public @Nullable V get(K key) {
        return (V) entries.get(entry(key));
    }

    @Override
    public boolean contains(K key) {
        return entries.contains(entry(key));
    }

    @Override
    public void put(K key, V value) {
        entries.put(entry(key), value);
    }

    @Override
    public void remove(K key) {
        entries.delete(entry(key));
    }

    @Override
    public boolean isEmpty() {
        return entries.isEmpty(map());
    }

    @Override
    @SuppressWarnings("unchecked") // The state's types say so.
    public void forEach(BiConsumer<? super K, ? super V> consumer) {
        byte[] map = map();
        try (Cursor cursor = entries.call().buffer().scan(map, OrderedBytes.prefixEnd(map))) {
            while (cursor.next()) {
                byte[] stored = cursor.value();
                if (entries.isAlive(stored)) {
                    byte[] entry = cursor.key();
                    Object key = keyCodec.decode(new BinaryReader(entry, map.length, entry.length - map.length))[0];
                    consumer.accept((K) key, (V) entries.valueOf(stored));
                }
            }
        }
    }

    @Override
    public void clear() {
        entries.deleteAll(map());
    }

    private byte[] map() {
        return OrderedBytes.concat(prefix, entries.call().key());
    }

    private byte[] entry(K key) {
        return OrderedBytes.concat(map(), keyCodec.encode(new Object[] {keyColumn.fit(key)}));
    }
}
