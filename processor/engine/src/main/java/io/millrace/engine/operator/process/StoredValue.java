package io.millrace.engine.operator.process;

import io.millrace.api.ValueState;
import io.millrace.state.OrderedBytes;
import org.jspecify.annotations.Nullable;

/** One entry per key. */
final class StoredValue<T> implements ValueState<T> {
    private final Entries entries;
    private final byte[] prefix;

    StoredValue(Entries entries, byte[] prefix) {
        this.entries = entries;
        this.prefix = prefix;
    }

    @Override
    @SuppressWarnings("unchecked") // The state's type says so.
    public @Nullable T get() {
        return (T) entries.get(key());
    }

    @Override
    public void set(T value) {
        entries.put(key(), value);
    }

    @Override
    public void clear() {
        entries.delete(key());
    }

    private byte[] key() {
        return OrderedBytes.concat(prefix, entries.call().key());
    }
}
