package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/**
 * The compact internal form of a row's values, for repartition topics and state.
 *
 * <p>Layout: the number of columns (varint), a bitmap of the columns that are null (one bit each, least significant first),
 * then the values of the others in order. Whole numbers, dates and times are zig-zag varints, floats IEEE big-endian, strings
 * and bytes have a length, decimals are their unscaled value, nested types follow the same rules.
 *
 * <p>The number of columns lets a type grow: an older row, written before columns were added at the end, reads as null in
 * them if they are nullable. Not thread-safe.
 */
public final class RowCodec {
    private final StructCodec row;
    private final BinaryWriter writer = new BinaryWriter();
    private final BinaryReader reader = new BinaryReader(new byte[0]);

    public RowCodec(RowType type) {
        this.row = new StructCodec(type);
    }

    /**
     * The bytes belong to the caller.
     *
     * @param values one per column, of the class that the column's {@link DataType} names
     * @throws EncodeException if a decimal has more digits than its type
     */
    public byte[] encode(@Nullable Object[] values) {
        writer.clear();
        row.writeRow(writer, values);
        return writer.toByteArray();
    }

    /** Appends the row to {@code target}; see {@link #encode(Object[])}. */
    public void encode(@Nullable Object[] values, BinaryWriter target) {
        row.writeRow(target, values);
    }

    /**
     * The row from {@code offset} to the end of {@code bytes}. The array belongs to the caller.
     *
     * @throws DecodeException if the bytes are not exactly one row of this type or of an older, shorter form of it
     */
    public @Nullable Object[] decode(byte[] bytes, int offset) {
        reader.reset(bytes, offset, bytes.length - offset);
        @Nullable Object[] values = row.readRow(reader);
        reader.expectEnd();
        return values;
    }

    /** The row that comes next; leaves {@code source} after it. The array belongs to the caller. @throws DecodeException as above */
    public @Nullable Object[] decode(BinaryReader source) {
        return row.readRow(source);
    }
}
