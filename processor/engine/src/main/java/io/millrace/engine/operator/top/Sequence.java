package io.millrace.engine.operator.top;

import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;

/** Numbers rows in the order of their arrival. The number is written to the store once per checkpoint. */
final class Sequence {
    static final byte KIND = 0;

    private final KeyValueStore store;
    private long next;
    private long saved;

    Sequence(KeyValueStore store) {
        this.store = store;
        byte[] stored = store.get(new byte[] {KIND});
        this.next = stored == null ? 0 : OrderedBytes.readLong(stored, 0);
        this.saved = next;
    }

    long peek() {
        return next;
    }

    void taken() {
        next++;
    }

    void save() {
        if (saved != next) {
            store.put(new byte[] {KIND}, OrderedBytes.ofLong(next));
            saved = next;
        }
    }
}
