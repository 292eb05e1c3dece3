package io.millrace.api;

import org.jspecify.annotations.Nullable;

/**
 * A row to be emitted, filled by name; columns that are not set are NULL. Valid only during the call.
 *
 * <pre>{@code
 * out.row().copy(row).set("score", 0.9).emit();
 * }</pre>
 */
public interface RowBuilder {
    /** @throws IllegalArgumentException if there is no such column, or the value does not fit it */
    RowBuilder set(String column, @Nullable Object value);

    /** Sets all columns that {@code row} has too, by name. @throws IllegalArgumentException if the type of one does not fit */
    RowBuilder copy(RowView row);

    /** Gives it another event time than that of the row or timer at hand. */
    RowBuilder at(long timeMs);

    /** @throws IllegalArgumentException if a column that is NOT NULL was not set */
    void emit();
}
