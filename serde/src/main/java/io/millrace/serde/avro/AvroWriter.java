package io.millrace.serde.avro;

import io.millrace.serde.BinaryWriter;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.Decimals;
import io.millrace.serde.EncodeException;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes one non-null value by the schema that {@link AvroSchemas#fromRowType} gives its type. */
interface AvroWriter {
    /** The branches of every union that we write. */
    int NULL_BRANCH = 0;

    int VALUE_BRANCH = 1;

    void write(BinaryWriter out, Object value);

    static AvroWriter of(String path, DataType type) {
        if (type instanceof DataType.Scalar scalar) {
            return scalar(scalar);
        }
        if (type instanceof DataType.Decimal decimal) {
            return (out, value) -> writeDecimal(path, out, (BigDecimal) value, decimal);
        }
        if (type instanceof DataType.Array array) {
            return new ArrayWriter(of(path + "[]", array.element()));
        }
        if (type instanceof DataType.MapOf map) {
            return new MapWriter(of(path + "{}", map.value()));
        }
        return new RecordWriter(path, ((DataType.Struct) type).row());
    }

    private static AvroWriter scalar(DataType.Scalar type) {
        return switch (type) {
            case BOOLEAN -> (out, value) -> out.writeBoolean((Boolean) value);
            case TINYINT, SMALLINT, INT, DATE, TIME -> (out, value) -> out.writeZigZagInt(((Number) value).intValue());
            case BIGINT, TIMESTAMP, TIMESTAMP_LTZ -> (out, value) -> out.writeZigZagLong((Long) value);
            case FLOAT -> (out, value) -> out.writeFixedInt(Integer.reverseBytes(Float.floatToIntBits((Float) value)));
            case DOUBLE ->
                (out, value) -> out.writeFixedLong(Long.reverseBytes(Double.doubleToLongBits((Double) value)));
            case STRING -> (out, value) -> writeString(out, (String) value);
            case BYTES -> (out, value) -> writeBytes(out, (byte[]) value);
        };
    }

    private static void writeDecimal(String path, BinaryWriter out, BigDecimal value, DataType.Decimal type) {
        @Nullable BigDecimal fitted = Decimals.fit(value, type);
        if (fitted == null) {
            throw new EncodeException("column \"" + path + "\" is a number that is out of range for " + type.sql());
        }
        writeBytes(out, fitted.unscaledValue().toByteArray());
    }

    private static void writeBytes(BinaryWriter out, byte[] bytes) {
        out.writeZigZagLong(bytes.length);
        out.writeRaw(bytes, 0, bytes.length);
    }

    private static void writeString(BinaryWriter out, String value) {
        out.writeZigZagLong(BinaryWriter.utf8Bytes(value));
        out.writeUtf8(value);
    }

    static void writeNullable(BinaryWriter out, AvroWriter writer, @Nullable Object value) {
        out.writeZigZagInt(value == null ? NULL_BRANCH : VALUE_BRANCH);
        if (value != null) {
            writer.write(out, value);
        }
    }

    /** One block and the end. */
    record ArrayWriter(AvroWriter element) implements AvroWriter {
        @Override
        public void write(BinaryWriter out, Object value) {
            List<?> list = (List<?>) value;
            if (!list.isEmpty()) {
                out.writeZigZagLong(list.size());
                for (Object item : list) {
                    writeNullable(out, element, item);
                }
            }
            out.writeByte(0);
        }
    }

    /** One block and the end. */
    record MapWriter(AvroWriter values) implements AvroWriter {
        @Override
        public void write(BinaryWriter out, Object value) {
            Map<?, ?> map = (Map<?, ?>) value;
            if (!map.isEmpty()) {
                out.writeZigZagLong(map.size());
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    writeString(out, (String) entry.getKey());
                    writeNullable(out, values, entry.getValue());
                }
            }
            out.writeByte(0);
        }
    }

    /** All columns in order. */
    final class RecordWriter implements AvroWriter {
        private final String path;
        private final RowType type;
        private final AvroWriter[] writers;

        RecordWriter(String path, RowType type) {
            this.path = path;
            this.type = type;
            this.writers = type.columns().stream()
                    .map(column -> of(pathOf(column), column.type()))
                    .toArray(AvroWriter[]::new);
        }

        void writeRow(BinaryWriter out, @Nullable Object[] values) {
            if (values.length != writers.length) {
                throw new IllegalStateException(
                        values.length + " values for the " + writers.length + " columns " + type);
            }
            for (int i = 0; i < writers.length; i++) {
                Column column = type.column(i);
                Object value = values[i];
                if (column.nullable()) {
                    writeNullable(out, writers[i], value);
                } else if (value != null) {
                    writers[i].write(out, value);
                } else {
                    throw new EncodeException("column \"" + pathOf(column) + "\" is NOT NULL, and is null");
                }
            }
        }

        @Override
        public void write(BinaryWriter out, Object value) {
            writeRow(out, (@Nullable Object[]) value);
        }

        private String pathOf(Column column) {
            return path.isEmpty() ? column.name() : path + "." + column.name();
        }
    }
}
