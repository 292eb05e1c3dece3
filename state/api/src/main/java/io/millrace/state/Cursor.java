package io.millrace.state;

/**
 * A walk over entries in ascending unsigned byte order of their keys. Close it; it may pin native memory.
 *
 * <pre>{@code
 * try (Cursor cursor = store.scan(from, to)) {
 *     while (cursor.next()) {
 *         use(cursor.key(), cursor.value());
 *     }
 * }
 * }</pre>
 */
public interface Cursor extends AutoCloseable {
    /** Moves to the next entry; false at the end. */
    boolean next();

    /** The current entry's key; the array belongs to the caller. */
    byte[] key();

    /** The current entry's value; the array belongs to the caller. */
    byte[] value();

    @Override
    void close();
}
