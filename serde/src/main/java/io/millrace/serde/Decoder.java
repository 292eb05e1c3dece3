package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/**
 * Reads the wanted columns of one topic's keys or values. Not thread-safe: each task has its own.
 */
public interface Decoder {
    /**
     * One value per wanted column, in their order; a column that the bytes lack is null. The array belongs to the caller.
     *
     * @throws DecodeException if the bytes are not of the format, or a NOT NULL column is missing
     * @throws RetriableDecodeException if the bytes may well be fine but what is needed to read them (a schema in the
     *     registry) could not be fetched now
     */
    @Nullable
    Object[] decode(byte[] bytes);
}
