package io.millrace.state;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The open transaction's writes over the committed entries of one store.
 *
 * <p>RocksDB must hold committed data only, so until the Kafka transaction has committed, writes live here, on the heap: a
 * roll-back is {@link #clear}, and a commit is {@link #drainTo} followed by {@code clear}. Only the last write of a key counts,
 * so a checkpoint sends one changelog record per key, however often it changed.
 *
 * <p>Most stores are only read and written by key, for which a hash map is best. A store that is scanned (a join, timers) is
 * often scanned once per record, and then neither sorting nor walking all writes per scan would do: from its first scan on it
 * also keeps its writes in key order.
 *
 * <p>Entries that go by time are removed by range ({@link Expiry}): the range hides what is committed, and is applied before the writes.
 */
public final class StoreBuffer implements KeyValueStore {
    /** What a dirty key costs on the heap beyond its bytes: hash node, tree node, entry, two array headers. */
    private static final int ENTRY_OVERHEAD_BYTES = 136;

    private final TaskState committed;
    private final int store;

    /** Each write under itself, to be found by {@link #probe}, which spares an allocation per look-up. */
    private final Map<Dirty, Dirty> writes = new HashMap<>();

    private final Dirty probe = new Dirty(new byte[0], 0);

    /** The same writes in key order; null until the first scan. */
    private @Nullable NavigableMap<byte[], Dirty> ordered;

    /** What the open transaction has expired, by kind. */
    private final Map<Byte, Range> expired = new TreeMap<>();

    private long dirtyBytes;

    /** @param store the number of the store within {@code committed} */
    public StoreBuffer(TaskState committed, int store) {
        this.committed = committed;
        this.store = store;
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        Dirty write = find(key);
        if (write != null) {
            return write.value;
        }
        return isExpired(key) ? null : committed.get(store, key);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        if (isExpired(key)) {
            throw new IllegalStateException("an entry is written whose time has expired");
        }
        write(key, value);
    }

    @Override
    public void delete(byte[] key) {
        write(key, null);
    }

    @Override
    public void expireBefore(byte kind, long timeMs) {
        if (kind == Expiry.MARK) {
            throw new IllegalArgumentException("entries of kind " + kind + " are marks and cannot expire");
        }
        byte[] mark = Expiry.mark(kind);
        byte[] before = get(mark);
        if (before != null && Expiry.timeMs(before) >= timeMs) {
            return;
        }
        byte[] end = Expiry.end(kind, timeMs);
        // What expired in earlier transactions is gone: ranges that do not overlap keep reads fast.
        Range range = expired.get(kind);
        byte[] start = range != null
                ? range.start
                : before == null ? Expiry.start(kind) : Expiry.end(kind, Expiry.timeMs(before));
        expired.put(kind, new Range(start, end));
        forget(start, end);
        write(mark, OrderedBytes.ofLong(timeMs));
    }

    /** Drops the writes in a range. */
    private void forget(byte[] from, byte[] to) {
        Map<byte[], Dirty> within = ordered().subMap(from, true, to, false);
        for (Dirty write : within.values()) {
            writes.remove(write);
            dirtyBytes -= write.key.length + ENTRY_OVERHEAD_BYTES + (write.value == null ? 0 : write.value.length);
        }
        within.clear();
    }

    private boolean isExpired(byte[] key) {
        if (expired.isEmpty() || key.length == 0) {
            return false;
        }
        Range range = expired.get(key[0]);
        return range != null && range.holds(key);
    }

    @Override
    public Cursor scan(byte[] from, byte @Nullable [] to) {
        NavigableMap<byte[], Dirty> index = ordered();
        byte[] first = index.ceilingKey(from);
        Cursor below = committedWithin(from, to);
        boolean untouched = first == null || (to != null && OrderedBytes.compare(first, to) >= 0);
        return untouched ? below : new OverlayCursor(below, index, from, to);
    }

    private Cursor committedWithin(byte[] from, byte @Nullable [] to) {
        if (expired.isEmpty()) {
            return committed.scan(store, from, to);
        }
        Range first = from.length == 0 ? null : expired.get(from[0]);
        byte[] start = first != null && first.holds(from) ? first.end : from;
        return new UnexpiredCursor(committed.scan(store, start, to), this::isExpired);
    }

    /** Whether the open transaction has written anything. */
    public boolean isDirty() {
        return !writes.isEmpty();
    }

    /** Heap bytes held by uncommitted writes, roughly. */
    public long dirtyBytes() {
        return dirtyBytes;
    }

    /** Shows each dirty entry once, in no particular order; a null value is a deletion. */
    public void forEachDirty(EntryConsumer consumer) {
        for (Dirty write : writes.values()) {
            consumer.accept(write.key, write.value);
        }
    }

    /** Adds what was expired and then every dirty entry to {@code batch}, in key order, which is what an ordered store takes best. */
    public void drainTo(StateBatch batch) {
        for (Range range : expired.values()) {
            batch.deleteRange(store, range.start, range.end);
        }
        for (Dirty write : inOrder()) {
            if (write.value == null) {
                batch.delete(store, write.key);
            } else {
                batch.put(store, write.key, write.value);
            }
        }
    }

    /** Forgets every uncommitted write. A cursor opened before goes on showing what it would have shown. */
    public void clear() {
        writes.clear();
        expired.clear();
        dirtyBytes = 0;
        if (ordered != null && !ordered.isEmpty()) {
            ordered = new TreeMap<>(OrderedBytes::compare); // a cursor may still walk the old one
        }
    }

    private void write(byte[] key, byte @Nullable [] value) {
        int valueBytes = value == null ? 0 : value.length;
        Dirty write = find(key);
        if (write == null) {
            write = new Dirty(key, probe.hash);
            writes.put(write, write);
            if (ordered != null) {
                ordered.put(key, write);
            }
            dirtyBytes += key.length + ENTRY_OVERHEAD_BYTES;
        } else {
            dirtyBytes -= write.value == null ? 0 : write.value.length;
        }
        write.value = value;
        dirtyBytes += valueBytes;
    }

    /** Leaves the key and its hash in {@link #probe}. */
    private @Nullable Dirty find(byte[] key) {
        probe.key = key;
        probe.hash = Arrays.hashCode(key);
        return writes.get(probe);
    }

    private NavigableMap<byte[], Dirty> ordered() {
        if (ordered == null) {
            ordered = new TreeMap<>(OrderedBytes::compare);
            for (Dirty write : writes.values()) {
                ordered.put(write.key, write);
            }
        }
        return ordered;
    }

    private Collection<Dirty> inOrder() {
        if (ordered != null) {
            return ordered.values();
        }
        Dirty[] sorted = writes.values().toArray(new Dirty[0]);
        Arrays.sort(sorted);
        return Arrays.asList(sorted);
    }

    /** Keys from {@code start} to before {@code end}. */
    private record Range(byte[] start, byte[] end) {
        boolean holds(byte[] key) {
            return OrderedBytes.compare(key, start) >= 0 && OrderedBytes.compare(key, end) < 0;
        }
    }

    /** Receives one entry; a null value is a deletion. */
    @FunctionalInterface
    public interface EntryConsumer {
        void accept(byte[] key, byte @Nullable [] value);
    }

    /** One key's last write. Equal to another with the same key, whatever the value. */
    static final class Dirty implements Comparable<Dirty> {
        private byte[] key;
        private int hash;
        private byte @Nullable [] value;

        Dirty(byte[] key, int hash) {
            this.key = key;
            this.hash = hash;
        }

        byte[] key() {
            return key;
        }

        /** Null for a deletion. */
        byte @Nullable [] value() {
            return value;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Dirty that && hash == that.hash && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        /** By key. Also keeps the hash map fast when keys are chosen to collide. */
        @Override
        public int compareTo(Dirty that) {
            return OrderedBytes.compare(key, that.key);
        }
    }
}
