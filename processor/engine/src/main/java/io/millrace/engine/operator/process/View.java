package io.millrace.engine.operator.process;

import io.millrace.api.RowView;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The view of whichever row is at hand. */
final class View implements RowView {
    private static final Set<Scalar> INTS =
            EnumSet.of(Scalar.TINYINT, Scalar.SMALLINT, Scalar.INT, Scalar.DATE, Scalar.TIME);
    private static final Set<Scalar> LONGS = EnumSet.of(Scalar.BIGINT, Scalar.TIMESTAMP, Scalar.TIMESTAMP_LTZ);
    private static final Set<Scalar> DOUBLES =
            EnumSet.of(Scalar.FLOAT, Scalar.DOUBLE, Scalar.TINYINT, Scalar.SMALLINT, Scalar.INT);
    private static final @Nullable Object[] NONE = {};

    private final RowType type;
    private final DataType[] types;
    private final Map<String, Integer> places = new HashMap<>();
    private @Nullable Object[] values = NONE;
    private RowKind kind = RowKind.INSERT;
    private long timeMs;

    View(RowType type) {
        this.type = type;
        this.types = new DataType[type.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = type.column(i).type();
            places.put(type.column(i).name(), i);
        }
    }

    View show(RowKind rowKind, long rowTimeMs, @Nullable Object[] rowValues) {
        kind = rowKind;
        timeMs = rowTimeMs;
        values = rowValues;
        return this;
    }

    @Override
    public RowType type() {
        return type;
    }

    @Override
    public long timeMs() {
        return timeMs;
    }

    @Override
    public RowKind kind() {
        return kind;
    }

    @Override
    public int indexOf(String column) {
        Integer place = places.get(column);
        if (place == null) {
            throw new IllegalArgumentException("there is no column \"" + column + "\" among " + type);
        }
        return place;
    }

    @Override
    public boolean isNull(int column) {
        return get(column) == null;
    }

    @Override
    public @Nullable Object get(int column) {
        if (column < 0 || column >= types.length) {
            throw new IllegalArgumentException(
                    "there is no column " + column + " among the " + types.length + ": " + type);
        }
        if (values.length != types.length) {
            throw new IllegalStateException("a row was read outside of the call that it was handed to");
        }
        return values[column];
    }

    @Override
    public boolean getBoolean(int column) {
        return (Boolean) notNull(column, get(column, types(column) == Scalar.BOOLEAN, "getBoolean"));
    }

    @Override
    public int getInt(int column) {
        DataType columnType = types(column);
        Object value = get(column, columnType instanceof Scalar scalar && INTS.contains(scalar), "getInt");
        return ((Number) notNull(column, value)).intValue();
    }

    @Override
    public long getLong(int column) {
        boolean fits = types(column) instanceof Scalar scalar && (INTS.contains(scalar) || LONGS.contains(scalar));
        return ((Number) notNull(column, get(column, fits, "getLong"))).longValue();
    }

    @Override
    public double getDouble(int column) {
        boolean fits = types(column) instanceof Scalar scalar && DOUBLES.contains(scalar);
        return ((Number) notNull(column, get(column, fits, "getDouble"))).doubleValue();
    }

    @Override
    public @Nullable String getString(int column) {
        return (String) get(column, types(column) == Scalar.STRING, "getString");
    }

    @Override
    public @Nullable BigDecimal getDecimal(int column) {
        return (BigDecimal) get(column, types(column) instanceof DataType.Decimal, "getDecimal");
    }

    @Override
    public byte @Nullable [] getBytes(int column) {
        return (byte @Nullable []) get(column, types(column) == Scalar.BYTES, "getBytes");
    }

    @Override
    public @Nullable Instant getInstant(int column) {
        Object value = get(column, types(column) == Scalar.TIMESTAMP_LTZ, "getInstant");
        return value == null ? null : Instant.ofEpochMilli((Long) value);
    }

    @Override
    public @Nullable LocalDateTime getDateTime(int column) {
        Object value = get(column, types(column) == Scalar.TIMESTAMP, "getDateTime");
        return value == null ? null : LocalDateTime.ofInstant(Instant.ofEpochMilli((Long) value), ZoneOffset.UTC);
    }

    @Override
    public @Nullable LocalDate getDate(int column) {
        Object value = get(column, types(column) == Scalar.DATE, "getDate");
        return value == null ? null : LocalDate.ofEpochDay((Integer) value);
    }

    @Override
    public @Nullable List<?> getList(int column) {
        return (List<?>) get(column, types(column) instanceof DataType.Array, "getList");
    }

    @Override
    public @Nullable Map<?, ?> getMap(int column) {
        return (Map<?, ?>) get(column, types(column) instanceof DataType.MapOf, "getMap");
    }

    private @Nullable DataType types(int column) {
        return column < 0 || column >= types.length ? null : types[column];
    }

    private @Nullable Object get(int column, boolean fits, String method) {
        Object value = get(column);
        if (!fits) {
            throw new IllegalArgumentException("\"" + type.column(column).name() + "\" is " + types[column].sql()
                    + ", which " + method + " does not read; use " + methodFor(types[column]));
        }
        return value;
    }

    private Object notNull(int column, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(
                    "\"" + type.column(column).name() + "\" is NULL in this row; ask isNull first");
        }
        return value;
    }

    private static String methodFor(DataType type) {
        if (type instanceof Scalar scalar) {
            return switch (scalar) {
                case BOOLEAN -> "getBoolean";
                case TINYINT, SMALLINT, INT, TIME -> "getInt";
                case BIGINT -> "getLong";
                case FLOAT, DOUBLE -> "getDouble";
                case STRING -> "getString";
                case BYTES -> "getBytes";
                case DATE -> "getDate or getInt";
                case TIMESTAMP -> "getDateTime or getLong";
                case TIMESTAMP_LTZ -> "getInstant or getLong";
            };
        }
        return type instanceof DataType.Decimal
                ? "getDecimal"
                : type instanceof DataType.Array ? "getList" : type instanceof DataType.MapOf ? "getMap" : "get";
    }
}
