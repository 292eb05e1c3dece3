package io.millrace.engine.operator.process;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Decimals;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes what custom code hands over into a value of a column: checks its class, since a wrong one would come to light only far behind the step, widens what
 * fits without loss, and copies what could be changed later.
 */
final class ColumnValue {
    private final String where;
    private final Column column;

    /** @param where what the column is part of, for messages */
    ColumnValue(String where, Column column) {
        this.where = where;
        this.column = column;
    }

    /** @throws IllegalArgumentException if it does not fit */
    @Nullable
    Object fitNullable(@Nullable Object value) {
        if (value == null && column.nullable()) {
            return null;
        }
        return fit(value);
    }

    /** @throws IllegalArgumentException if it does not fit or is null */
    Object fit(@Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(where + ": \"" + column.name() + "\" is "
                    + column.type().sql() + " NOT NULL, but the value is null");
        }
        Object fitted = fit(column.type(), value);
        if (fitted == null) {
            throw new IllegalArgumentException(where + ": \"" + column.name() + "\" is "
                    + column.type().sql() + ", which takes " + classOf(column.type()) + "; a "
                    + value.getClass().getSimpleName() + " came that is none or does not fit");
        }
        return fitted;
    }

    /** Null if it does not fit. */
    private static @Nullable Object fit(DataType type, Object value) {
        if (type instanceof Scalar scalar) {
            return scalar(scalar, value);
        }
        if (type instanceof DataType.Decimal decimal) {
            return value instanceof BigDecimal number ? Decimals.fit(number, decimal) : null;
        }
        if (type instanceof DataType.Array array) {
            return value instanceof List<?> list ? list(array, list) : null;
        }
        if (type instanceof DataType.MapOf map) {
            return value instanceof Map<?, ?> entries ? map(map, entries) : null;
        }
        return value instanceof Object[] fields
                ? struct(((DataType.Struct) type).row().columns(), fields)
                : null;
    }

    private static @Nullable Object scalar(Scalar type, Object value) {
        return switch (type) {
            case BOOLEAN -> value instanceof Boolean ? value : null;
            case TINYINT -> value instanceof Byte ? value : null;
            case SMALLINT -> value instanceof Short ? value : value instanceof Byte small ? small.shortValue() : null;
            case INT -> whole(value);
            case BIGINT -> value instanceof Long ? value : widened(whole(value));
            case FLOAT -> value instanceof Float ? value : null;
            case DOUBLE ->
                value instanceof Double ? value : value instanceof Float single ? single.doubleValue() : null;
            case STRING -> value instanceof String ? value : null;
            case BYTES -> value instanceof byte[] bytes ? bytes.clone() : null;
            case DATE -> value instanceof LocalDate date ? days(date) : value instanceof Integer ? value : null;
            case TIME ->
                value instanceof LocalTime time
                        ? Integer.valueOf((int) TimeUnit.NANOSECONDS.toMillis(time.toNanoOfDay()))
                        : value instanceof Integer ? value : null;
            case TIMESTAMP ->
                value instanceof LocalDateTime time
                        ? Long.valueOf(time.toInstant(ZoneOffset.UTC).toEpochMilli())
                        : value instanceof Long ? value : null;
            case TIMESTAMP_LTZ ->
                value instanceof Instant time
                        ? Long.valueOf(time.toEpochMilli())
                        : value instanceof Long ? value : null;
        };
    }

    private static @Nullable Integer whole(Object value) {
        if (value instanceof Integer number) {
            return number;
        }
        return value instanceof Short || value instanceof Byte ? Integer.valueOf(((Number) value).intValue()) : null;
    }

    private static @Nullable Long widened(@Nullable Integer value) {
        return value == null ? null : Long.valueOf(value);
    }

    private static @Nullable Integer days(LocalDate date) {
        long days = date.toEpochDay();
        return days == (int) days ? Integer.valueOf((int) days) : null;
    }

    private static @Nullable Object list(DataType.Array type, List<?> list) {
        List<@Nullable Object> copy = new ArrayList<>(list.size());
        for (Object element : list) {
            Object fitted = element == null ? null : fit(type.element(), element);
            if (element != null && fitted == null) {
                return null;
            }
            copy.add(fitted);
        }
        return copy;
    }

    private static @Nullable Object map(DataType.MapOf type, Map<?, ?> entries) {
        Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            Object key = entry.getKey() == null ? null : fit(type.key(), entry.getKey());
            Object value = entry.getValue() == null ? null : fit(type.value(), entry.getValue());
            if (key == null || (value == null && entry.getValue() != null)) {
                return null;
            }
            copy.put(key, value);
        }
        return copy;
    }

    private static @Nullable Object struct(List<Column> columns, @Nullable Object[] fields) {
        if (fields.length != columns.size()) {
            return null;
        }
        @Nullable Object[] copy = new Object[fields.length];
        for (int i = 0; i < copy.length; i++) {
            Object field = fields[i];
            copy[i] = field == null ? null : fit(columns.get(i).type(), field);
            if (copy[i] == null && (field != null || !columns.get(i).nullable())) {
                return null;
            }
        }
        return copy;
    }

    private static String classOf(DataType type) {
        if (type instanceof Scalar scalar) {
            return switch (scalar) {
                case BOOLEAN -> "a Boolean";
                case TINYINT -> "a Byte";
                case SMALLINT -> "a Short";
                case INT -> "an Integer";
                case BIGINT -> "a Long or Integer";
                case FLOAT -> "a Float";
                case DOUBLE -> "a Double";
                case STRING -> "a String";
                case BYTES -> "a byte[]";
                case DATE -> "a LocalDate or the days since 1970 as Integer";
                case TIME -> "a LocalTime or the milliseconds of the day as Integer";
                case TIMESTAMP -> "a LocalDateTime or the milliseconds since 1970 as Long";
                case TIMESTAMP_LTZ -> "an Instant or the milliseconds since 1970 as Long";
            };
        }
        if (type instanceof DataType.Decimal) {
            return "a BigDecimal";
        }
        return type instanceof DataType.Array
                ? "a List of such elements"
                : type instanceof DataType.MapOf ? "a Map of such entries" : "an Object[] of such fields";
    }
}
