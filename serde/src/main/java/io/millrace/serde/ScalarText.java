package io.millrace.serde;

import java.math.BigDecimal;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Values of scalar types and decimals as text, where a format has nothing but text: keys, map keys. Bytes are base64, times
 * ISO-8601, numbers as Java writes them without exponent for decimals.
 */
public final class ScalarText {
    private static final int MAX_DECIMAL_CHARS = 1000;

    private ScalarText() {}

    /** Whether values of {@code type} have a text form. */
    public static boolean isScalar(DataType type) {
        return type instanceof DataType.Scalar || type instanceof DataType.Decimal;
    }

    /**
     * The value of {@code type} that {@code text} is.
     *
     * @throws IllegalArgumentException if it is none; the message does not hold the text
     */
    public static Object parse(DataType type, String text) {
        if (type instanceof DataType.Decimal decimal) {
            return decimal(text, decimal);
        }
        try {
            return scalar((DataType.Scalar) type, text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the text is not a " + type.sql());
        }
    }

    /** The text of a non-null value of {@code type}. */
    public static String format(DataType type, Object value) {
        if (type instanceof DataType.Decimal) {
            return ((BigDecimal) value).toPlainString();
        }
        return switch ((DataType.Scalar) type) {
            case BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, STRING -> value.toString();
            case BYTES -> Base64.getEncoder().encodeToString((byte[]) value);
            case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ -> {
                char[] chars = new char[TimeText.MAX_CHARS];
                yield new String(chars, 0, putTime((DataType.Scalar) type, value, chars));
            }
        };
    }

    /** Writes a value of DATE, TIME, TIMESTAMP or TIMESTAMP_LTZ at the start of {@code target}. @return its length */
    public static int putTime(DataType.Scalar type, Object value, char[] target) {
        return switch (type) {
            case DATE -> TimeText.putDate((Integer) value, target, 0);
            case TIME -> TimeText.putTime((Integer) value, target, 0);
            case TIMESTAMP -> TimeText.putTimestamp((Long) value, target, 0);
            case TIMESTAMP_LTZ -> TimeText.putInstant((Long) value, target, 0);
            default -> throw new IllegalStateException(type + " is not a time");
        };
    }

    /**
     * The value of DATE, TIME, TIMESTAMP or TIMESTAMP_LTZ that the characters are.
     *
     * @throws IllegalArgumentException if they are none; the message does not hold them
     */
    public static Object parseTime(DataType.Scalar type, char[] text, int offset, int length) {
        return switch (type) {
            case DATE -> TimeText.parseDate(text, offset, length);
            case TIME -> TimeText.parseTime(text, offset, length);
            case TIMESTAMP -> TimeText.parseTimestamp(text, offset, length);
            case TIMESTAMP_LTZ -> TimeText.parseInstant(text, offset, length);
            default -> throw new IllegalStateException(type + " is not a time");
        };
    }

    private static Object scalar(DataType.Scalar type, String text) {
        return switch (type) {
            case BOOLEAN -> bool(text);
            case TINYINT -> Byte.parseByte(text);
            case SMALLINT -> Short.parseShort(text);
            case INT -> Integer.parseInt(text);
            case BIGINT -> Long.parseLong(text);
            case FLOAT -> Float.parseFloat(text);
            case DOUBLE -> Double.parseDouble(text);
            case STRING -> text;
            case BYTES -> base64(text);
            case DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ -> parseTime(type, text.toCharArray(), 0, text.length());
        };
    }

    private static boolean bool(String text) {
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        if (text.equalsIgnoreCase("false")) {
            return false;
        }
        throw new IllegalArgumentException("the text is neither true nor false");
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the text is not base64"); // the JDK's message quotes it
        }
    }

    private static BigDecimal decimal(String text, DataType.Decimal type) {
        if (text.length() > MAX_DECIMAL_CHARS) {
            throw new IllegalArgumentException("a number of more than " + MAX_DECIMAL_CHARS + " characters");
        }
        @Nullable BigDecimal value;
        try {
            value = Decimals.fit(new BigDecimal(text), type);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the text is not a number");
        }
        if (value == null) {
            throw new IllegalArgumentException("the number has too many digits for " + type.sql());
        }
        return value;
    }
}
