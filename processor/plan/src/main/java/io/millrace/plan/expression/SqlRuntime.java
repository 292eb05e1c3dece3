package io.millrace.plan.expression;

import io.millrace.serde.DataType;
import io.millrace.serde.Decimals;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.DataContext;
import org.apache.calcite.avatica.util.ByteString;
import org.apache.calcite.avatica.util.DateTimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * What compiled expressions call: exact decimals, casts to text, and the step between our values and Calcite's (bytes are
 * {@code byte[]} here and {@link ByteString} there). Public for the compiled classes only. Everything answers null for null.
 */
public final class SqlRuntime {
    /** The digit that decides the rounding, which happens once, in {@link Decimals#fit}. */
    private static final int QUOTIENT_DIGITS_BEYOND_SCALE = 1;

    private static final int TIME_PRECISION = 3;

    private SqlRuntime() {}

    /** A number or numeric text as DECIMAL(precision, scale): rounded half up, null if it has too many digits. */
    public static @Nullable BigDecimal decimal(@Nullable Object value, int precision, int scale) {
        BigDecimal exact = exact(value);
        return exact == null ? null : Decimals.fit(exact, new DataType.Decimal(precision, scale));
    }

    /** The quotient as DECIMAL(precision, scale). */
    public static @Nullable BigDecimal divide(
            @Nullable Object dividend, @Nullable Object divisor, int precision, int scale) {
        BigDecimal a = exact(dividend);
        BigDecimal b = exact(divisor);
        if (a == null || b == null) {
            return null;
        }
        // Cut off, not rounded, beyond the scale: a digit rounded up here could be rounded up a second time.
        BigDecimal quotient = a.divide(b, scale + QUOTIENT_DIGITS_BEYOND_SCALE, RoundingMode.DOWN);
        return Decimals.fit(quotient, new DataType.Decimal(precision, scale));
    }

    /** A number as text, as it would be written: {@code 0.50}, {@code 3.5}. */
    public static @Nullable String text(@Nullable Object number) {
        return number instanceof BigDecimal decimal
                ? decimal.toPlainString()
                : number == null ? null : number.toString();
    }

    /** {@code 2026-01-31 13:59:00.000}. */
    public static @Nullable String timestampText(@Nullable Long value) {
        return value == null ? null : DateTimeUtils.unixTimestampToString(value, TIME_PRECISION);
    }

    /** What the clock of the job's zone shows at an instant. */
    public static long wallClock(DataContext root, long instantMs) {
        return ((ConstantContext) root).wallClockMs(instantMs);
    }

    /** The instant at which the clock of the job's zone shows this. */
    public static long instant(DataContext root, long wallClockMs) {
        return ((ConstantContext) root).instantMs(wallClockMs);
    }

    /** The last instant up to another one at which the clock shows this. */
    public static long instantUpTo(DataContext root, long wallClockMs, long latestMs) {
        return ((ConstantContext) root).instantUpTo(wallClockMs, latestMs);
    }

    /** The first instant from another one on at which the clock shows this. */
    public static long instantFrom(DataContext root, long wallClockMs, long earliestMs) {
        return ((ConstantContext) root).instantFrom(wallClockMs, earliestMs);
    }

    /** {@code 13:59:00.000}. */
    public static @Nullable String timeText(@Nullable Integer value) {
        return value == null ? null : DateTimeUtils.unixTimeToString(value, TIME_PRECISION);
    }

    /** A TINYINT from whatever class of number the computation gave. */
    public static @Nullable Byte toByte(@Nullable Object value) {
        return value == null
                ? null
                : value instanceof Byte exact
                        ? exact
                        : Byte.valueOf(number(value).byteValue());
    }

    /** A SMALLINT. */
    public static @Nullable Short toShort(@Nullable Object value) {
        return value == null
                ? null
                : value instanceof Short exact
                        ? exact
                        : Short.valueOf(number(value).shortValue());
    }

    /** An INT, a DATE or a TIME. */
    public static @Nullable Integer toInt(@Nullable Object value) {
        return value == null
                ? null
                : value instanceof Integer exact
                        ? exact
                        : Integer.valueOf(number(value).intValue());
    }

    /** A BIGINT or a timestamp. */
    public static @Nullable Long toLong(@Nullable Object value) {
        return value == null
                ? null
                : value instanceof Long exact
                        ? exact
                        : Long.valueOf(number(value).longValue());
    }

    /** A FLOAT. */
    public static @Nullable Float toFloat(@Nullable Object value) {
        return value == null
                ? null
                : value instanceof Float exact
                        ? exact
                        : Float.valueOf(number(value).floatValue());
    }

    /** A DOUBLE. */
    public static @Nullable Double toDouble(@Nullable Object value) {
        return value == null
                ? null
                : value instanceof Double exact
                        ? exact
                        : Double.valueOf(number(value).doubleValue());
    }

    /** Our bytes as Calcite's. */
    public static @Nullable ByteString toCalcite(byte @Nullable [] value) {
        return value == null ? null : new ByteString(value);
    }

    /** As above, also inside arrays, maps and rows. */
    public static @Nullable Object toCalciteDeep(@Nullable Object value) {
        return value instanceof byte[] bytes ? new ByteString(bytes) : mapInside(value, true);
    }

    /** Calcite's bytes as ours. */
    public static byte @Nullable [] fromCalcite(@Nullable Object value) {
        return value instanceof ByteString bytes ? bytes.getBytes() : (byte[]) value;
    }

    /** As above, also inside arrays, maps and rows. */
    public static @Nullable Object fromCalciteDeep(@Nullable Object value) {
        return value instanceof ByteString bytes ? bytes.getBytes() : mapInside(value, false);
    }

    private static @Nullable Object mapInside(@Nullable Object value, boolean toCalcite) {
        if (value instanceof List<?> list) {
            List<@Nullable Object> mapped = new ArrayList<>(list.size());
            list.forEach(element -> mapped.add(toCalcite ? toCalciteDeep(element) : fromCalciteDeep(element)));
            return mapped;
        }
        if (value instanceof Map<?, ?> map) {
            Map<@Nullable Object, @Nullable Object> mapped = new LinkedHashMap<>();
            map.forEach((k, v) -> mapped.put(
                    toCalcite ? toCalciteDeep(k) : fromCalciteDeep(k),
                    toCalcite ? toCalciteDeep(v) : fromCalciteDeep(v)));
            return mapped;
        }
        if (value instanceof Object[] row) {
            @Nullable Object[] mapped = new Object[row.length];
            for (int i = 0; i < row.length; i++) {
                mapped[i] = toCalcite ? toCalciteDeep(row[i]) : fromCalciteDeep(row[i]);
            }
            return mapped;
        }
        return value;
    }

    private static @Nullable BigDecimal exact(@Nullable Object value) {
        if (value == null || value instanceof BigDecimal) {
            return (BigDecimal) value;
        }
        if (value instanceof Double || value instanceof Float) {
            // The digits that are printed are the ones that were meant: 0.1 and not 0.1000000000000000055.
            return new BigDecimal(value.toString());
        }
        if (value instanceof Number number) {
            return BigDecimal.valueOf(number.longValue());
        }
        return new BigDecimal(value.toString().trim());
    }

    private static Number number(Object value) {
        if (value instanceof Number number) {
            return number;
        }
        throw new IllegalStateException(
                "a " + value.getClass().getSimpleName() + " where an expression's type says number");
    }
}
