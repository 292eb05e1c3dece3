package io.millrace.engine.operator.process;

import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import io.millrace.state.StateUnavailableException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one call of custom code over the task's store: made when the call has returned, forgotten when it has thrown. A call
 * writes little, so they are simply kept in order.
 */
final class CallBuffer {
    /** Stands for a deletion; told apart by identity, as a value may be empty. */
    private static final byte[] DELETED = new byte[0];

    private final KeyValueStore store;
    private final NavigableMap<byte[], byte[]> writes = new TreeMap<>(OrderedBytes::compare);
    private @Nullable StateUnavailableException unavailable;

    CallBuffer(KeyValueStore store) {
        this.store = store;
    }

    byte @Nullable [] get(byte[] key) {
        byte[] written = writes.isEmpty() ? null : writes.get(key);
        if (written != null) {
            return written == DELETED ? null : written;
        }
        try {
            return store.get(key);
        } catch (StateUnavailableException e) {
            throw remembered(e);
        }
    }

    void put(byte[] key, byte[] value) {
        writes.put(key, value);
    }

    void delete(byte[] key) {
        writes.put(key, DELETED);
    }

    /** As {@link KeyValueStore#scan}, over the store and this call's writes. */
    Cursor scan(byte[] from, byte @Nullable [] to) {
        try {
            Cursor below = store.scan(from, to);
            return writes.isEmpty() ? below : new Merged(below, from, to);
        } catch (StateUnavailableException e) {
            throw remembered(e);
        }
    }

    /**
     * Makes all writes.
     *
     * @throws StateUnavailableException if one was thrown meanwhile, even if custom code has caught it: nothing that it did after counts
     */
    void apply() {
        failIfUnavailable();
        if (writes.isEmpty()) {
            return;
        }
        for (Map.Entry<byte[], byte[]> write : writes.entrySet()) {
            if (write.getValue() == DELETED) {
                store.delete(write.getKey());
            } else {
                store.put(write.getKey(), write.getValue());
            }
        }
        writes.clear();
    }

    /** Forgets all writes. @throws StateUnavailableException if one was thrown meanwhile: then it is not the record that is to blame */
    void discard() {
        writes.clear();
        failIfUnavailable();
    }

    private void failIfUnavailable() {
        if (unavailable != null) {
            throw unavailable;
        }
    }

    private StateUnavailableException remembered(StateUnavailableException e) {
        unavailable = e;
        return e;
    }

    /** Both in the order of their keys; where both have one, the write counts. Writes may be added on the way. */
    private final class Merged implements Cursor {
        private final Cursor below;
        private final byte[] from;
        private final byte @Nullable [] to;
        private byte @Nullable [] belowKey;
        private boolean belowRead;
        private byte @Nullable [] key;
        private byte[] value = DELETED;

        Merged(Cursor below, byte[] from, byte @Nullable [] to) {
            this.below = below;
            this.from = from;
            this.to = to;
        }

        @Override
        public boolean next() {
            while (true) {
                if (!belowRead) {
                    belowKey = below.next() ? below.key() : null;
                    belowRead = true;
                }
                Map.Entry<byte[], byte[]> write = key == null ? writes.ceilingEntry(from) : writes.higherEntry(key);
                if (write != null && to != null && OrderedBytes.compare(write.getKey(), to) >= 0) {
                    write = null;
                }
                if (belowKey != null && (write == null || OrderedBytes.compare(belowKey, write.getKey()) < 0)) {
                    key = belowKey;
                    value = below.value();
                    belowRead = false;
                    return true;
                }
                if (write == null) {
                    return false;
                }
                belowRead = belowKey != null && OrderedBytes.compare(belowKey, write.getKey()) != 0;
                key = write.getKey();
                if (write.getValue() != DELETED) {
                    value = write.getValue();
                    return true;
                }
            }
        }

        @Override
        public byte[] key() {
            if (key == null) {
                throw new IllegalStateException("the cursor is not at an entry");
            }
            return key.clone();
        }

        @Override
        public byte[] value() {
            return value.clone();
        }

        @Override
        public void close() {
            below.close();
        }
    }
}
