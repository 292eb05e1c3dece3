package io.millrace.state.rocksdb;

import io.millrace.state.Cursor;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A walk over one store. RocksDB's iterator sees the store as of its creation. */
final class RocksDbCursor implements Cursor {
    private final RocksDbTaskState owner;
    private final byte[] from;

    // Given to RocksDB rather than checked here, so that it does not read on through deleted entries beyond the range.
    private final @Nullable Slice upperBound;

    private final ReadOptions options;
    private final RocksIterator iterator;
    private boolean started;
    private boolean onEntry;
    private boolean closed;

    RocksDbCursor(RocksDbTaskState owner, ColumnFamilyHandle store, byte[] from, byte @Nullable [] to) {
        this.owner = owner;
        this.from = from;
        this.upperBound = to == null ? null : new Slice(to);
        this.options = new ReadOptions();
        if (upperBound != null) {
            options.setIterateUpperBound(upperBound);
        }
        this.iterator = owner.iterator(store, options);
    }

    @Override
    public boolean next() {
        checkOpen();
        if (!started) {
            started = true;
            iterator.seek(from);
        } else if (onEntry) {
            iterator.next();
        } else {
            return false;
        }
        onEntry = iterator.isValid();
        if (!onEntry) {
            try {
                iterator.status();
            } catch (RocksDBException e) {
                throw owner.failure("reading", e);
            }
        }
        return onEntry;
    }

    @Override
    public byte[] key() {
        checkOnEntry();
        return iterator.key();
    }

    @Override
    public byte[] value() {
        checkOnEntry();
        return iterator.value();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        iterator.close();
        options.close();
        if (upperBound != null) {
            upperBound.close();
        }
        owner.forget(this);
    }

    private void checkOnEntry() {
        checkOpen();
        if (!onEntry) {
            throw new IllegalStateException("the cursor is not on an entry: next() was not called or returned false");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the cursor is closed, by itself or with the state of its task");
        }
    }
}
