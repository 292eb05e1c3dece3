package io.millrace.serde;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes and reads the non-null values of one type in the form of {@link KeyCodec}. */
interface KeyPart {
    void write(BinaryWriter out, Object value);

    Object read(BinaryReader in);

    static KeyPart of(String path, DataType type) {
        if (type instanceof DataType.Scalar scalar) {
            return new ScalarPart(scalar);
        }
        if (type instanceof DataType.Decimal decimal) {
            return new DecimalPart(decimal);
        }
        if (type instanceof DataType.Array array) {
            return new ArrayPart(of(path + "[]", array.element()));
        }
        if (type instanceof DataType.Struct struct) {
            return new StructPart(struct.row().columns().stream()
                    .map(c -> of(path + "." + c.name(), c.type()))
                    .toList());
        }
        throw new IllegalArgumentException("column \"" + path + "\" is " + type.sql()
                + ", which has no order and cannot be a key: take values out of the map");
    }

    static void writeNullable(BinaryWriter out, KeyPart part, @Nullable Object value) {
        out.writeBoolean(value != null);
        if (value != null) {
            part.write(out, value);
        }
    }

    static @Nullable Object readNullable(BinaryReader in, KeyPart part) {
        return in.readBoolean() ? part.read(in) : null;
    }

    /** A type without parts. */
    record ScalarPart(DataType.Scalar type) implements KeyPart {
        @Override
        public void write(BinaryWriter out, Object value) {
            switch (type) {
                case BOOLEAN -> out.writeBoolean((Boolean) value);
                case TINYINT -> out.writeByte((Byte) value ^ 0x80);
                case SMALLINT -> out.writeFixedShort((Short) value ^ 0x8000);
                case INT, DATE, TIME -> out.writeFixedInt((Integer) value ^ Integer.MIN_VALUE);
                case BIGINT, TIMESTAMP, TIMESTAMP_LTZ -> out.writeFixedLong((Long) value ^ Long.MIN_VALUE);
                case FLOAT -> out.writeFixedInt(ordered(Float.floatToIntBits((Float) value + 0.0f)));
                case DOUBLE -> out.writeFixedLong(ordered(Double.doubleToLongBits((Double) value + 0.0)));
                case STRING -> EscapedBytes.write(out, (String) value);
                case BYTES -> EscapedBytes.write(out, (byte[]) value);
            }
        }

        @Override
        public Object read(BinaryReader in) {
            return switch (type) {
                case BOOLEAN -> in.readBoolean();
                case TINYINT -> (byte) (in.readByte() ^ 0x80);
                case SMALLINT -> (short) (in.readFixedShort() ^ 0x8000);
                case INT, DATE, TIME -> in.readFixedInt() ^ Integer.MIN_VALUE;
                case BIGINT, TIMESTAMP, TIMESTAMP_LTZ -> in.readFixedLong() ^ Long.MIN_VALUE;
                case FLOAT -> Float.intBitsToFloat(unordered(in.readFixedInt()));
                case DOUBLE -> Double.longBitsToDouble(unordered(in.readFixedLong()));
                case STRING -> EscapedBytes.readString(in);
                case BYTES -> EscapedBytes.readBytes(in);
            };
        }

        // Adding 0.0 before made -0.0 into 0.0. Negative floats sort backwards by their bits, so all of those flip.
        private static int ordered(int bits) {
            return bits ^ ((bits >> 31) | Integer.MIN_VALUE);
        }

        private static int unordered(int bits) {
            return bits ^ ((~bits >> 31) | Integer.MIN_VALUE);
        }

        private static long ordered(long bits) {
            return bits ^ ((bits >> 63) | Long.MIN_VALUE);
        }

        private static long unordered(long bits) {
            return bits ^ ((~bits >> 63) | Long.MIN_VALUE);
        }
    }

    /** The unscaled value in 8 bytes where it always fits, or else in 16. */
    record DecimalPart(DataType.Decimal type) implements KeyPart {
        private static final int WIDE_BYTES = 16;

        @Override
        public void write(BinaryWriter out, Object value) {
            BigInteger unscaled = Decimals.unscaled((BigDecimal) value, type);
            if (type.precision() <= Decimals.LONG_DIGITS) {
                out.writeFixedLong(unscaled.longValue() ^ Long.MIN_VALUE);
            } else {
                out.writeFixedLong(unscaled.shiftRight(64).longValue() ^ Long.MIN_VALUE);
                out.writeFixedLong(unscaled.longValue());
            }
        }

        @Override
        public Object read(BinaryReader in) {
            if (type.precision() <= Decimals.LONG_DIGITS) {
                return Decimals.checked(BigDecimal.valueOf(in.readFixedLong() ^ Long.MIN_VALUE, type.scale()), type);
            }
            byte[] bytes = in.readRaw(WIDE_BYTES);
            bytes[0] ^= (byte) 0x80;
            return Decimals.checked(new BigDecimal(new BigInteger(bytes), type.scale()), type);
        }
    }

    /** Elements, each after a byte that is not the end's. */
    record ArrayPart(KeyPart element) implements KeyPart {
        private static final int END = 0;
        private static final int NULL = 1;
        private static final int VALUE = 2;

        @Override
        public void write(BinaryWriter out, Object value) {
            for (Object item : (List<?>) value) {
                out.writeByte(item == null ? NULL : VALUE);
                if (item != null) {
                    element.write(out, item);
                }
            }
            out.writeByte(END);
        }

        @Override
        public Object read(BinaryReader in) {
            List<Object> list = new ArrayList<>();
            while (true) {
                switch (in.readByte()) {
                    case END -> {
                        return list;
                    }
                    case NULL -> list.add(null);
                    case VALUE -> list.add(element.read(in));
                    default -> throw new DecodeException("byte " + (in.position() - 1) + " is no array element's mark");
                }
            }
        }
    }

    /** The fields in order, as the columns of a key. */
    record StructPart(List<KeyPart> fields) implements KeyPart {
        @Override
        public void write(BinaryWriter out, Object value) {
            @Nullable Object[] values = (@Nullable Object[]) value;
            for (int i = 0; i < fields.size(); i++) {
                writeNullable(out, fields.get(i), values[i]);
            }
        }

        @Override
        public Object read(BinaryReader in) {
            @Nullable Object[] values = new Object[fields.size()];
            for (int i = 0; i < fields.size(); i++) {
                values[i] = readNullable(in, fields.get(i));
            }
            return values;
        }
    }
}
