package io.millrace.state.rocksdb;

import io.millrace.state.StateBatch;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** A {@link WriteBatch} of one task. */
final class RocksDbBatch implements StateBatch {
    private final RocksDbTaskState owner;
    private final WriteBatch batch = new WriteBatch();
    private long sizeBytes;
    private boolean closed;

    RocksDbBatch(RocksDbTaskState owner) {
        this.owner = owner;
    }

    @Override
    public void put(int store, byte[] key, byte[] value) {
        checkOpen();
        try {
            batch.put(owner.store(store), key, value);
        } catch (RocksDBException e) {
            throw owner.failure("writing", e);
        }
        sizeBytes += key.length + value.length;
    }

    @Override
    public void delete(int store, byte[] key) {
        checkOpen();
        try {
            batch.delete(owner.store(store), key);
        } catch (RocksDBException e) {
            throw owner.failure("writing", e);
        }
        sizeBytes += key.length;
    }

    @Override
    public void deleteRange(int store, byte[] from, byte[] to) {
        checkOpen();
        try {
            batch.deleteRange(owner.store(store), from, to);
        } catch (RocksDBException e) {
            throw owner.failure("writing", e);
        }
        sizeBytes += from.length + to.length;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public void close() {
        closed = true;
        batch.close();
    }

    RocksDbTaskState owner() {
        return owner;
    }

    WriteBatch open() {
        checkOpen();
        return batch;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the batch is closed");
        }
    }
}
