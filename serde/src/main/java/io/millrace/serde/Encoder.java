package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/** Writes rows of one {@link RowType} as the keys or values of one topic. Not thread-safe: each task has its own. */
public interface Encoder {
    /**
     * The bytes of the row; they belong to the caller.
     *
     * @param values one per column
     * @throws EncodeException if a value cannot be written in this format (a null in a NOT NULL column, for one)
     */
    byte[] encode(@Nullable Object[] values);
}
