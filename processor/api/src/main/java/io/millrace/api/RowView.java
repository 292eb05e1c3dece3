package io.millrace.api;

import io.millrace.serde.RowKind;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A row as custom code reads it. The view is used again for the next row: valid only during the call that it was handed to; the values are not,
 * and may be kept. Do not change a value (an array, a list).
 *
 * <p>Columns go by place, which {@link ProcessorContext#column} finds once, or by name, which is looked up each time; neither makes garbage.
 * All getters throw an {@link IllegalArgumentException} if there is no such column, and if its type does not fit the method, also where its value is NULL.
 */
public interface RowView {
    RowType type();

    /** The row's event time, milliseconds since 1970. */
    long timeMs();

    /** Whether it is a row of its own or changes an earlier one; see {@link Declaration#acceptingUpdates}. */
    RowKind kind();

    /** @throws IllegalArgumentException if there is no column of this name; the message lists the columns */
    int indexOf(String column);

    boolean isNull(int column);

    /** The value, of the class that its {@link io.millrace.serde.DataType} names. */
    @Nullable
    Object get(int column);

    /** BOOLEAN. @throws IllegalArgumentException if it is NULL */
    boolean getBoolean(int column);

    /** TINYINT, SMALLINT, INT; DATE as days since 1970, TIME as milliseconds of the day. @throws IllegalArgumentException if it is NULL */
    int getInt(int column);

    /** What {@link #getInt} reads, BIGINT, and TIMESTAMP and TIMESTAMP_LTZ as milliseconds since 1970. @throws IllegalArgumentException if it is NULL */
    long getLong(int column);

    /** FLOAT, DOUBLE, TINYINT, SMALLINT, INT. @throws IllegalArgumentException if it is NULL */
    double getDouble(int column);

    /** STRING. */
    @Nullable
    String getString(int column);

    /** DECIMAL. */
    @Nullable
    BigDecimal getDecimal(int column);

    /** BYTES. */
    byte @Nullable [] getBytes(int column);

    /** TIMESTAMP_LTZ. */
    @Nullable
    Instant getInstant(int column);

    /** TIMESTAMP. */
    @Nullable
    LocalDateTime getDateTime(int column);

    /** DATE. */
    @Nullable
    LocalDate getDate(int column);

    /** ARRAY. */
    @Nullable
    List<?> getList(int column);

    /** MAP. */
    @Nullable
    Map<?, ?> getMap(int column);

    /** See {@link #isNull(int)}. */
    default boolean isNull(String column) {
        return isNull(indexOf(column));
    }

    /** See {@link #get(int)}. */
    default @Nullable Object get(String column) {
        return get(indexOf(column));
    }

    /** See {@link #getBoolean(int)}. */
    default boolean getBoolean(String column) {
        return getBoolean(indexOf(column));
    }

    /** See {@link #getInt(int)}. */
    default int getInt(String column) {
        return getInt(indexOf(column));
    }

    /** See {@link #getLong(int)}. */
    default long getLong(String column) {
        return getLong(indexOf(column));
    }

    /** See {@link #getDouble(int)}. */
    default double getDouble(String column) {
        return getDouble(indexOf(column));
    }

    /** See {@link #getString(int)}. */
    default @Nullable String getString(String column) {
        return getString(indexOf(column));
    }

    /** See {@link #getDecimal(int)}. */
    default @Nullable BigDecimal getDecimal(String column) {
        return getDecimal(indexOf(column));
    }

    /** See {@link #getBytes(int)}. */
    default byte @Nullable [] getBytes(String column) {
        return getBytes(indexOf(column));
    }

    /** See {@link #getInstant(int)}. */
    default @Nullable Instant getInstant(String column) {
        return getInstant(indexOf(column));
    }

    /** See {@link #getDateTime(int)}. */
    default @Nullable LocalDateTime getDateTime(String column) {
        return getDateTime(indexOf(column));
    }

    /** See {@link #getDate(int)}. */
    default @Nullable LocalDate getDate(String column) {
        return getDate(indexOf(column));
    }

    /** See {@link #getList(int)}. */
    default @Nullable List<?> getList(String column) {
        return getList(indexOf(column));
    }

    /** See {@link #getMap(int)}. */
    default @Nullable Map<?, ?> getMap(String column) {
        return getMap(indexOf(column));
    }
}
