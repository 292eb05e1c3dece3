package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Decimals;
import io.millrace.serde.ScalarText;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Readers of the types without parts. */
final class ScalarReaders {
    private ScalarReaders() {}

    static ValueReader of(String path, Scalar type) {
        return switch (type) {
            case BOOLEAN -> new BooleanReader(path);
            case TINYINT -> new WholeReader(path, type, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT -> new WholeReader(path, type, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT -> new WholeReader(path, type, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> new WholeReader(path, type, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT, DOUBLE -> new FloatReader(path, type);
            case STRING -> new StringReader(path);
            case BYTES -> new BytesReader(path);
            case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ -> new TimeReader(path, type);
        };
    }

    static final class BooleanReader extends ValueReader {
        BooleanReader(String path) {
            super(path, "BOOLEAN");
        }

        @Override
        Object read(JsonParser parser, JsonToken token) {
            if (token == JsonToken.VALUE_TRUE) {
                return true;
            }
            if (token == JsonToken.VALUE_FALSE) {
                return false;
            }
            throw wrong(parser, token);
        }
    }

    static final class WholeReader extends ValueReader {
        private final Scalar type;
        private final long min;
        private final long max;

        WholeReader(String path, Scalar type, long min, long max) {
            super(path, type.sql());
            this.type = type;
            this.min = min;
            this.max = max;
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            long value = whole(this, parser, token);
            if (value < min || value > max) {
                throw outOfRange(this, parser);
            }
            return switch (type) {
                case TINYINT -> (byte) value;
                case SMALLINT -> (short) value;
                case INT -> (int) value;
                default -> value;
            };
        }
    }

    static final class FloatReader extends ValueReader {
        private final Scalar type;

        FloatReader(String path, Scalar type) {
            super(path, type.sql());
            this.type = type;
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
                throw wrong(parser, token);
            }
            if (type == Scalar.FLOAT) {
                float value = parser.getFloatValue();
                if (Float.isInfinite(value)) {
                    throw outOfRange(this, parser);
                }
                return value;
            }
            double value = parser.getDoubleValue();
            if (Double.isInfinite(value)) {
                throw outOfRange(this, parser);
            }
            return value;
        }
    }

    static final class DecimalReader extends ValueReader {
        private final DataType.Decimal type;

        DecimalReader(String path, DataType.Decimal type) {
            super(path, type.sql());
            this.type = type;
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token == JsonToken.VALUE_STRING) {
                try {
                    return ScalarText.parse(type, parser.getText());
                } catch (IllegalArgumentException e) {
                    throw error(parser, "is a string that is no " + type.sql(), e.getMessage());
                }
            }
            if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
                throw wrong(parser, token);
            }
            @Nullable BigDecimal value = Decimals.fit(decimal(this, parser), type);
            if (value == null) {
                throw outOfRange(this, parser);
            }
            return value;
        }
    }

    static final class StringReader extends ValueReader {
        StringReader(String path) {
            super(path, "STRING");
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                throw wrong(parser, token);
            }
            return parser.getText();
        }
    }

    static final class BytesReader extends ValueReader {
        BytesReader(String path) {
            super(path, "BYTES, a base64 string,");
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token != JsonToken.VALUE_STRING) {
                throw wrong(parser, token);
            }
            try {
                return ScalarText.parse(Scalar.BYTES, parser.getText());
            } catch (IllegalArgumentException e) {
                throw error(parser, "is a string that is no BYTES", e.getMessage());
            }
        }
    }

    static final class TimeReader extends ValueReader {
        private final Scalar type;

        TimeReader(String path, Scalar type) {
            super(path, type.sql());
            this.type = type;
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token == JsonToken.VALUE_STRING) {
                try {
                    return ScalarText.parseTime(
                            type, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                } catch (IllegalArgumentException e) {
                    throw error(parser, "is a string that is no " + type.sql(), e.getMessage());
                }
            }
            if (type == Scalar.DATE || type == Scalar.TIME) {
                throw wrong(parser, token);
            }
            return whole(this, parser, token);
        }
    }

    /** A whole number of at most 64 bits; 1.0 and 1e3 are whole. */
    private static long whole(ValueReader reader, JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT) {
            if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
                throw outOfRange(reader, parser);
            }
            return parser.getLongValue();
        }
        if (token != JsonToken.VALUE_NUMBER_FLOAT) {
            throw reader.wrong(parser, token);
        }
        try {
            return decimal(reader, parser).longValueExact();
        } catch (ArithmeticException e) {
            throw reader.error(parser, "is a number that is not whole or out of range", null);
        }
    }

    /** The number exactly. Not by the parser's own method, which quotes the number in an unchecked exception if it is hostile. */
    private static BigDecimal decimal(ValueReader reader, JsonParser parser) throws IOException {
        try {
            return new BigDecimal(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        } catch (NumberFormatException e) {
            throw outOfRange(reader, parser);
        }
    }

    private static RuntimeException outOfRange(ValueReader reader, JsonParser parser) {
        return reader.error(parser, "is a number that is out of range for its type", null);
    }
}
