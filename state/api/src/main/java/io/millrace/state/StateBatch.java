package io.millrace.state;

/** Changes to the stores of one task, in order, to be applied as one. Get it from {@link TaskState#newBatch}. */
public interface StateBatch extends AutoCloseable {
    void put(int store, byte[] key, byte[] value);

    void delete(int store, byte[] key);

    /** Bytes of keys and values added so far. */
    long sizeBytes();

    @Override
    void close();
}
