package io.millrace.state;

import org.jspecify.annotations.Nullable;

/**
 * The committed state of one task: some stores and one position record, changed only together by {@link #apply}. Not
 * thread-safe, but may be handed from one thread to another.
 *
 * <p>A change need not be durable when {@code apply} returns: after a crash the state may be an earlier one, but it is always
 * the result of a prefix of the applied batches, with the position record that belongs to it.
 */
public interface TaskState extends AutoCloseable {
    /** The committed value, or null. The array belongs to the caller. @throws StateUnavailableException if unreadable */
    byte @Nullable [] get(int store, byte[] key);

    /** Committed entries with {@code from <= key < to} ({@code to} null: no upper end) as of this call. */
    Cursor scan(int store, byte[] from, byte @Nullable [] to);

    /** The record that the last applied batch left, or null in a new state. What it says is the caller's business. */
    byte @Nullable [] position();

    /** A new, empty batch for {@link #apply}. */
    StateBatch newBatch();

    /**
     * Applies all of {@code batch} or nothing, and replaces the position record. Closes the batch.
     *
     * @throws StateUnavailableException if it cannot be written; the state is unchanged
     */
    void apply(StateBatch batch, byte[] position);

    /** Makes everything applied so far durable. */
    void flush();

    /**
     * Whether something has failed with {@link StateUnavailableException#corrupt}. It stays so: close it, {@link StateBackend#destroy} it and
     * rebuild it.
     */
    boolean isDamaged();

    /** Bytes on disk (or in memory, for a memory backend), roughly. */
    long sizeBytes();

    /** Flushes, unless it is damaged, and closes. @throws StateUnavailableException if it could not be flushed; it is closed all the same */
    @Override
    void close();
}
