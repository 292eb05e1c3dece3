package io.millrace.state;

import org.jspecify.annotations.Nullable;

/**
 * One operator's keyed state in one task, as the operator sees it: committed entries overlaid with the open transaction's
 * own writes. Call only from the task's worker. Arrays passed in are kept: do not change them afterwards.
 */
public interface KeyValueStore {
    /**
     * The value last put in this transaction or, failing that, committed; null if absent. Read the array, do not write it.
     *
     * @throws StateUnavailableException if the disk cannot be read
     */
    byte @Nullable [] get(byte[] key);

    void put(byte[] key, byte[] value);

    void delete(byte[] key);

    /**
     * Removes all entries of a kind whose time is before {@code timeMs}, of this transaction and committed ones; see {@link Expiry} for
     * what their keys look like. Costs about as much as a single put. Nothing may be put for such a time afterwards.
     *
     * @param kind the first byte of the entries' keys, not {@link Expiry#MARK}
     * @param timeMs an earlier time than that of an earlier call does nothing
     */
    void expireBefore(byte kind, long timeMs);

    /**
     * The entries with {@code from <= key < to}, as they are now: writes made while the cursor is open may or may not be seen,
     * except that deleting or overwriting an entry already passed is always safe.
     *
     * @param to null for no upper end
     * @throws StateUnavailableException if the disk cannot be read
     */
    Cursor scan(byte[] from, byte @Nullable [] to);
}
