package io.millrace.api;

import org.jspecify.annotations.Nullable;

/**
 * Where a step's rows go. They leave when the call that emitted them has returned; if it throws, none does. Valid only during the call.
 *
 * <p>A value may be of the class that its column's {@link io.millrace.serde.DataType} names, or of one that fits without loss: a smaller whole number,
 * a {@code Float} for DOUBLE, a {@code BigDecimal} of another scale (rounded half up), {@code Instant}, {@code LocalDateTime}, {@code LocalDate} and
 * {@code LocalTime} for TIMESTAMP_LTZ, TIMESTAMP, DATE and TIME, to the millisecond. Lists, maps and arrays are copied.
 *
 * <p>A row's event time is that of the row or timer at hand unless another is given. Times behind the watermark are allowed, but such a row may be
 * late for the windows behind the step, whatever its cause.
 */
public interface Emitter {
    /**
     * Emits a row.
     *
     * @param values one per column, in their order
     * @throws IllegalArgumentException if they do not fit the columns; the message says which
     */
    void emit(@Nullable Object... values);

    /** Emits a row with another event time, in milliseconds since 1970. */
    void emitAt(long timeMs, @Nullable Object... values);

    /** Begins a row that is filled column by column. There is one builder per output: end a row before the next begins. */
    RowBuilder row();

    /**
     * A side output that the class declares. Rows for one that the step leaves out of its {@code outputs} are dropped.
     *
     * @throws IllegalArgumentException if the class declares none of this name
     */
    Emitter side(String name);
}
