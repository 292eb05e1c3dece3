package io.millrace.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One task's stores as sorted maps on the heap. A map that a cursor walks is copied before it changes. */
final class MemoryTaskState implements TaskState {
    private final String task;
    private final Kept kept;
    private final List<Store> stores;
    private final Runnable onClose;
    private boolean closed;

    MemoryTaskState(String task, Kept kept, List<String> stores, Runnable onClose) {
        this.task = task;
        this.kept = kept;
        this.stores = stores.stream()
                .map(name -> kept.stores.computeIfAbsent(name, absent -> new Store()))
                .toList();
        this.onClose = onClose;
    }

    @Override
    public byte @Nullable [] get(int store, byte[] key) {
        byte[] value = store(store).version.entries.get(key);
        return value == null ? null : value.clone();
    }

    @Override
    public Cursor scan(int store, byte[] from, byte @Nullable [] to) {
        return new Walk(store(store).version, from, to);
    }

    @Override
    public byte @Nullable [] position() {
        checkOpen();
        return kept.position == null ? null : kept.position.clone();
    }

    @Override
    public StateBatch newBatch() {
        checkOpen();
        return new Batch();
    }

    @Override
    public void apply(StateBatch batch, byte[] position) {
        checkOpen();
        if (!(batch instanceof Batch own) || own.owner() != this) {
            throw new IllegalArgumentException("the batch is not one of task " + task);
        }
        own.checkOpen();
        own.changes.forEach(change -> change.applyTo(stores.get(change.store)));
        kept.position = position.clone();
        own.close();
    }

    @Override
    public void flush() {
        checkOpen();
    }

    @Override
    public boolean isDamaged() {
        return false;
    }

    @Override
    public long sizeBytes() {
        checkOpen();
        return kept.stores.values().stream().mapToLong(store -> store.sizeBytes).sum();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }

    private Store store(int store) {
        checkOpen();
        if (store < 0 || store >= stores.size()) {
            throw new IllegalArgumentException(
                    "task " + task + " has no store number " + store + ", only " + stores.size() + " stores");
        }
        return stores.get(store);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the state of task " + task + " is closed");
        }
    }

    /** What is left of a task when it is closed. */
    static final class Kept {
        private final Map<String, Store> stores = new HashMap<>();
        private byte @Nullable [] position;
    }

    private static final class Store {
        private Version version = new Version(new TreeMap<>(OrderedBytes::compare));
        private long sizeBytes;

        void write(byte[] key, byte @Nullable [] value) {
            if (version.cursors > 0) {
                version = new Version(new TreeMap<>(version.entries)); // the cursors keep the old one
            }
            byte[] old = value == null ? version.entries.remove(key) : version.entries.put(key, value);
            sizeBytes -= old == null ? 0 : key.length + old.length;
            sizeBytes += value == null ? 0 : key.length + value.length;
        }

        void deleteRange(byte[] from, byte[] to) {
            List.copyOf(version.entries.subMap(from, true, to, false).keySet()).forEach(key -> write(key, null));
        }
    }

    private static final class Version {
        private final NavigableMap<byte[], byte[]> entries;
        private int cursors;

        Version(NavigableMap<byte[], byte[]> entries) {
            this.entries = entries;
        }
    }

    private static final class Change {
        private final int store;
        private final byte[] key;
        private final byte @Nullable [] value;
        private final byte @Nullable [] rangeEnd;

        Change(int store, byte[] key, byte @Nullable [] value, byte @Nullable [] rangeEnd) {
            this.store = store;
            this.key = key;
            this.value = value;
            this.rangeEnd = rangeEnd;
        }

        void applyTo(Store to) {
            if (rangeEnd == null) {
                to.write(key, value);
            } else if (OrderedBytes.compare(key, rangeEnd) < 0) {
                to.deleteRange(key, rangeEnd);
            }
        }
    }

    private final class Batch implements StateBatch {
        private final List<Change> changes = new ArrayList<>();
        private long sizeBytes;
        private boolean closed;

        @Override
        public void put(int store, byte[] key, byte[] value) {
            add(new Change(store, key.clone(), value.clone(), null));
            sizeBytes += key.length + value.length;
        }

        @Override
        public void delete(int store, byte[] key) {
            add(new Change(store, key.clone(), null, null));
            sizeBytes += key.length;
        }

        @Override
        public void deleteRange(int store, byte[] from, byte[] to) {
            add(new Change(store, from.clone(), null, to.clone()));
            sizeBytes += from.length + to.length;
        }

        @Override
        public long sizeBytes() {
            return sizeBytes;
        }

        @Override
        public void close() {
            closed = true;
        }

        private MemoryTaskState owner() {
            return MemoryTaskState.this;
        }

        private void add(Change change) {
            checkOpen();
            store(change.store);
            changes.add(change);
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException("the batch is closed");
            }
        }
    }

    private final class Walk implements Cursor {
        private final Version version;
        private final Iterator<Map.Entry<byte[], byte[]>> entries;
        private final byte @Nullable [] to;
        private Map.@Nullable Entry<byte[], byte[]> current;
        private boolean closed;

        Walk(Version version, byte[] from, byte @Nullable [] to) {
            this.version = version;
            this.entries = version.entries.tailMap(from, true).entrySet().iterator();
            this.to = to;
            version.cursors++;
        }

        @Override
        public boolean next() {
            checkWalking();
            Map.Entry<byte[], byte[]> entry = entries.hasNext() ? entries.next() : null;
            boolean within = entry != null && (to == null || OrderedBytes.compare(entry.getKey(), to) < 0);
            current = within ? entry : null;
            return within;
        }

        @Override
        public byte[] key() {
            return current().getKey().clone();
        }

        @Override
        public byte[] value() {
            return current().getValue().clone();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                version.cursors--;
            }
        }

        private Map.Entry<byte[], byte[]> current() {
            checkWalking();
            if (current == null) {
                throw new IllegalStateException(
                        "the cursor is not on an entry: next() was not called or returned false");
            }
            return current;
        }

        private void checkWalking() {
            checkOpen();
            if (closed) {
                throw new IllegalStateException("the cursor is closed");
            }
        }
    }
}
