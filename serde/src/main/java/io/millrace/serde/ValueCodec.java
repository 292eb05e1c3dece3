package io.millrace.serde;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes and reads the non-null values of one type in the form of {@link RowCodec}. */
interface ValueCodec {
    void write(BinaryWriter out, Object value);

    Object read(BinaryReader in);

    static ValueCodec of(DataType type) {
        if (type instanceof DataType.Scalar scalar) {
            return ScalarCodec.of(scalar);
        }
        if (type instanceof DataType.Decimal decimal) {
            return new DecimalCodec(decimal);
        }
        if (type instanceof DataType.Array array) {
            return new ArrayCodec(of(array.element()));
        }
        if (type instanceof DataType.MapOf map) {
            return new MapCodec(of(map.key()), of(map.value()));
        }
        return new StructCodec(((DataType.Struct) type).row());
    }

    /** An unscaled value of up to 18 digits is a varint, a longer one its two's complement bytes. */
    record DecimalCodec(DataType.Decimal type) implements ValueCodec {
        @Override
        public void write(BinaryWriter out, Object value) {
            BigInteger unscaled = Decimals.unscaled((BigDecimal) value, type);
            if (type.precision() <= Decimals.LONG_DIGITS) {
                out.writeZigZagLong(unscaled.longValue());
            } else {
                out.writeBytes(unscaled.toByteArray());
            }
        }

        @Override
        public Object read(BinaryReader in) {
            if (type.precision() <= Decimals.LONG_DIGITS) {
                return Decimals.checked(BigDecimal.valueOf(in.readZigZagLong(), type.scale()), type);
            }
            int length = in.readCount();
            if (length < 1 || length > 16) {
                throw new DecodeException("a " + type.sql() + " of " + length + " bytes before byte " + in.position());
            }
            return Decimals.checked(new BigDecimal(new BigInteger(in.readRaw(length)), type.scale()), type);
        }
    }

    /** A count, then each element after a byte that says whether there is one. */
    record ArrayCodec(ValueCodec element) implements ValueCodec {
        @Override
        public void write(BinaryWriter out, Object value) {
            List<?> list = (List<?>) value;
            out.writeVarInt(list.size());
            for (Object item : list) {
                out.writeBoolean(item != null);
                if (item != null) {
                    element.write(out, item);
                }
            }
        }

        @Override
        public Object read(BinaryReader in) {
            int count = in.readCount();
            List<Object> list = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                list.add(in.readBoolean() ? element.read(in) : null);
            }
            return list;
        }
    }

    /** A count, then each key and, after a byte that says whether there is one, its value. */
    record MapCodec(ValueCodec key, ValueCodec value) implements ValueCodec {
        @Override
        public void write(BinaryWriter out, Object map) {
            Map<?, ?> entries = (Map<?, ?>) map;
            out.writeVarInt(entries.size());
            for (Map.Entry<?, ?> entry : entries.entrySet()) {
                key.write(out, entry.getKey());
                out.writeBoolean(entry.getValue() != null);
                if (entry.getValue() != null) {
                    value.write(out, entry.getValue());
                }
            }
        }

        @Override
        public Object read(BinaryReader in) {
            int count = in.readCount();
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                Object entryKey = key.read(in);
                map.put(entryKey, in.readBoolean() ? value.read(in) : null);
            }
            return map;
        }
    }
}
