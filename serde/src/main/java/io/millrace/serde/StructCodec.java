package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/** A row or a nested ROW in the form of {@link RowCodec}. */
final class StructCodec implements ValueCodec {
    private static final byte[] NO_BYTES = {};

    private final RowType type;
    private final ValueCodec[] columns;

    StructCodec(RowType type) {
        this.type = type;
        this.columns = type.columns().stream().map(c -> ValueCodec.of(c.type())).toArray(ValueCodec[]::new);
    }

    void writeRow(BinaryWriter out, @Nullable Object[] values) {
        if (values.length != columns.length) {
            throw new IllegalStateException(values.length + " values for the " + columns.length + " columns " + type);
        }
        out.writeVarInt(columns.length);
        int bitmap = out.reserve((columns.length + 7) >> 3);
        for (int i = 0; i < columns.length; i++) {
            Object value = values[i];
            if (value == null) {
                out.orByte(bitmap + (i >> 3), 1 << (i & 7));
            } else {
                columns[i].write(out, value);
            }
        }
    }

    @Nullable
    Object[] readRow(BinaryReader in) {
        int count = in.readVarInt();
        if (count < 0 || count > columns.length) {
            throw new DecodeException("a row of " + Integer.toUnsignedString(count) + " columns where the type has "
                    + columns.length + ": it was written by a newer job, or the bytes are not a row");
        }
        int bitmap = in.position();
        byte[] nulls = NO_BYTES;
        int bitmapBytes = (count + 7) >> 3;
        long firstNulls = 0;
        if (bitmapBytes <= 8) {
            for (int i = 0; i < bitmapBytes; i++) {
                firstNulls |= (in.readByte() & 0xFFL) << (i << 3);
            }
        } else {
            nulls = in.readRaw(bitmapBytes);
        }
        @Nullable Object[] values = new Object[columns.length];
        for (int i = 0; i < count; i++) {
            boolean isNull = bitmapBytes <= 8 ? ((firstNulls >>> i) & 1) != 0 : ((nulls[i >> 3] >> (i & 7)) & 1) != 0;
            if (!isNull) {
                values[i] = columns[i].read(in);
            }
        }
        for (int i = count; i < columns.length; i++) {
            if (!type.column(i).nullable()) {
                throw new DecodeException("a row of " + count + " columns at byte " + bitmap + " has no \""
                        + type.column(i).name() + "\", which is NOT NULL");
            }
        }
        return values;
    }

    @Override
    public void write(BinaryWriter out, Object value) {
        writeRow(out, (@Nullable Object[]) value);
    }

    @Override
    public Object read(BinaryReader in) {
        return readRow(in);
    }
}
