package io.millrace.state;

import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Merges a walk over committed entries with the uncommitted writes over them; a write hides the committed entry of its key.
 *
 * <p>The committed side is a snapshot. The other side looks up the next write by key each time, rather than iterating, so
 * that the walker may write to the store between two steps.
 */
final class OverlayCursor implements Cursor {
    private final Cursor committed;
    private final NavigableMap<byte[], StoreBuffer.Dirty> writes;
    private final byte @Nullable [] to;

    /** The first committed key not shown yet; null at the end. */
    private byte @Nullable [] committedKey;

    /** The first write not shown yet; null at the end. */
    private StoreBuffer.@Nullable Dirty write;

    private byte @Nullable [] key;
    private byte @Nullable [] value;

    OverlayCursor(Cursor committed, NavigableMap<byte[], StoreBuffer.Dirty> writes, byte[] from, byte @Nullable [] to) {
        this.committed = committed;
        this.writes = writes;
        this.to = to;
        this.committedKey = committed.next() ? committed.key() : null;
        this.write = withinRange(writes.ceilingEntry(from));
    }

    @Override
    public boolean next() {
        while (write != null) {
            StoreBuffer.Dirty above = write;
            int order = committedKey == null ? 1 : OrderedBytes.compare(committedKey, above.key());
            if (order < 0) {
                return showCommitted();
            }
            if (order == 0) {
                committedKey = committed.next() ? committed.key() : null;
            }
            write = withinRange(writes.higherEntry(above.key()));
            if (above.value() != null) {
                key = above.key();
                value = above.value();
                return true;
            }
        }
        return showCommitted();
    }

    @Override
    public byte[] key() {
        return current(key).clone();
    }

    @Override
    public byte[] value() {
        return current(value).clone();
    }

    @Override
    public void close() {
        committed.close();
    }

    private boolean showCommitted() {
        key = committedKey;
        value = committedKey == null ? null : committed.value();
        if (committedKey != null) {
            committedKey = committed.next() ? committed.key() : null;
        }
        return key != null;
    }

    private static byte[] current(byte @Nullable [] part) {
        if (part == null) {
            throw new IllegalStateException("the cursor is not on an entry: next() was not called or returned false");
        }
        return part;
    }

    private StoreBuffer.@Nullable Dirty withinRange(Map.@Nullable Entry<byte[], StoreBuffer.Dirty> entry) {
        if (entry == null || (to != null && OrderedBytes.compare(entry.getKey(), to) >= 0)) {
            return null;
        }
        return entry.getValue();
    }
}
