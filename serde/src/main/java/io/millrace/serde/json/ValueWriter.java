package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.serde.DataType;
import io.millrace.serde.EncodeException;
import io.millrace.serde.ScalarText;
import io.millrace.serde.TimeText;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Writes non-null values of one type as JSON. */
interface ValueWriter {
    void write(JsonGenerator out, Object value) throws IOException;

    static ValueWriter of(String path, DataType type) {
        if (type instanceof DataType.Scalar scalar) {
            return scalar(path, scalar);
        }
        if (type instanceof DataType.Decimal) {
            return (out, value) -> out.writeNumber((BigDecimal) value);
        }
        if (type instanceof DataType.Array array) {
            return new ArrayWriter(of(path + "[]", array.element()));
        }
        if (type instanceof DataType.MapOf map) {
            if (!ScalarText.isScalar(map.key())) {
                throw new IllegalArgumentException(
                        "column \"" + path + "\" is " + type.sql() + ", and json can only hold maps with scalar keys");
            }
            return new MapWriter(path, map.key(), of(path + "{}", map.value()));
        }
        return new ObjectWriter(path, ((DataType.Struct) type).row());
    }

    private static ValueWriter scalar(String path, DataType.Scalar type) {
        return switch (type) {
            case BOOLEAN -> (out, value) -> out.writeBoolean((Boolean) value);
            case TINYINT, SMALLINT, INT -> (out, value) -> out.writeNumber(((Number) value).intValue());
            case BIGINT -> (out, value) -> out.writeNumber((long) (Long) value);
            case FLOAT ->
                (out, value) -> {
                    float number = (Float) value;
                    checkFinite(path, Float.isFinite(number));
                    out.writeNumber(number);
                };
            case DOUBLE ->
                (out, value) -> {
                    double number = (Double) value;
                    checkFinite(path, Double.isFinite(number));
                    out.writeNumber(number);
                };
            case STRING -> (out, value) -> out.writeString((String) value);
            case BYTES -> (out, value) -> out.writeBinary((byte[]) value);
            case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ -> new TimeWriter(type);
        };
    }

    private static void checkFinite(String path, boolean finite) {
        if (!finite) {
            throw new EncodeException("column \"" + path + "\" is NaN or infinite, which JSON cannot hold");
        }
    }

    /** Not thread-safe, for its buffer. */
    final class TimeWriter implements ValueWriter {
        private final DataType.Scalar type;
        private final char[] chars = new char[TimeText.MAX_CHARS];

        TimeWriter(DataType.Scalar type) {
            this.type = type;
        }

        @Override
        public void write(JsonGenerator out, Object value) throws IOException {
            out.writeString(chars, 0, ScalarText.putTime(type, value, chars));
        }
    }

    /** A list as a JSON array. */
    record ArrayWriter(ValueWriter element) implements ValueWriter {
        @Override
        public void write(JsonGenerator out, Object value) throws IOException {
            out.writeStartArray();
            for (Object item : (List<?>) value) {
                if (item == null) {
                    out.writeNull();
                } else {
                    element.write(out, item);
                }
            }
            out.writeEndArray();
        }
    }

    /** A map as a JSON object, its keys as text. */
    record MapWriter(String path, DataType keyType, ValueWriter values) implements ValueWriter {
        @Override
        public void write(JsonGenerator out, Object map) throws IOException {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
                out.writeFieldName(checkedName(ScalarText.format(keyType, entry.getKey())));
                if (entry.getValue() == null) {
                    out.writeNull();
                } else {
                    values.write(out, entry.getValue());
                }
            }
            out.writeEndObject();
        }

        /** A name with half of a surrogate pair could be written, and then no parser reads it. */
        private String checkedName(String name) {
            for (int i = 0; i < name.length(); i++) {
                if (Character.isSurrogate(name.charAt(i))) {
                    if (!Character.isSupplementaryCodePoint(name.codePointAt(i))) {
                        throw new EncodeException("column \"" + path + "\" has a key with half of a surrogate pair");
                    }
                    i++;
                }
            }
            return name;
        }
    }
}
