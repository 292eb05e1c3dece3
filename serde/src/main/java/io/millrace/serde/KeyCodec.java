package io.millrace.serde;

import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Key columns as bytes. Two keys are equal exactly when their bytes are; no key's bytes begin another key's bytes, so keys can
 * be followed by something else; and unsigned byte order is the order of the values, column by column, nulls first.
 *
 * <p>Each column is a byte 0 if it is null, or a byte 1 and its value: whole numbers, dates and times big-endian with the sign
 * bit flipped; floats likewise after their bits were made monotonic, with -0.0 as 0.0 and all NaNs as one, above infinity;
 * decimals as their unscaled value in 8 or 16 such bytes; strings (by code point) and bytes with 0 escaped as 0 255 and 0 0 as
 * the end. Elements of an array are 1 (null) or 2 and the value, and a 0 ends it. MAP has no order and cannot be a key.
 *
 * <p>Not thread-safe.
 */
public final class KeyCodec {
    private final KeyPart[] parts;
    private final int[] inOrder;
    private final BinaryWriter writer = new BinaryWriter();
    private final BinaryReader reader = new BinaryReader(new byte[0]);

    /** @throws IllegalArgumentException if a column is, or holds, a MAP; the message names it */
    public KeyCodec(RowType type) {
        this.parts = new KeyPart[type.size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = KeyPart.of(type.column(i).name(), type.column(i).type());
        }
        this.inOrder = IntStream.range(0, parts.length).toArray();
    }

    /** The bytes of a key of one value per key column; they belong to the caller. */
    public byte[] encode(@Nullable Object[] key) {
        return encode(key, inOrder);
    }

    /**
     * The bytes of the key that a row holds; they belong to the caller.
     *
     * @param columns for each key column, its place in {@code row}
     */
    public byte[] encode(@Nullable Object[] row, int[] columns) {
        writer.clear();
        encode(row, columns, writer);
        return writer.toByteArray();
    }

    /** Appends the key to {@code target}; see {@link #encode(Object[], int[])}. */
    public void encode(@Nullable Object[] row, int[] columns, BinaryWriter target) {
        if (columns.length != parts.length) {
            throw new IllegalStateException(columns.length + " places for " + parts.length + " key columns");
        }
        for (int i = 0; i < parts.length; i++) {
            KeyPart.writeNullable(target, parts[i], row[columns[i]]);
        }
    }

    /** One value per key column. The array belongs to the caller. @throws DecodeException if the bytes are not exactly one key */
    public @Nullable Object[] decode(byte[] bytes) {
        reader.reset(bytes, 0, bytes.length);
        @Nullable Object[] key = decode(reader);
        reader.expectEnd();
        return key;
    }

    /** The key that comes next; leaves {@code source} after it. @throws DecodeException if there is none */
    public @Nullable Object[] decode(BinaryReader source) {
        @Nullable Object[] key = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            key[i] = KeyPart.readNullable(source, parts[i]);
        }
        return key;
    }
}
