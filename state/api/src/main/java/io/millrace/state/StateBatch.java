package io.millrace.state;

/** Changes to the stores of one task, in order, to be applied as one. Get it from {@link TaskState#newBatch}. */
public interface StateBatch extends AutoCloseable {
    void put(int store, byte[] key, byte[] value);

    void delete(int store, byte[] key);

    /** Removes what is there, or was put earlier in this batch, with {@code from <= key < to}. */
    void deleteRange(int store, byte[] from, byte[] to);

    /** Bytes of keys and values added so far. */
    long sizeBytes();

    @Override
    void close();
}
