package io.millrace.engine.operator.dedupe;

import io.millrace.engine.operator.OperatorFactory;

/**
 * Drops duplicates: rows of the same key that are less than {@code within} apart in event time. Each input row is either emitted,
 * with its own time, or counted as a duplicate, or reported because its time is out of all range.
 *
 * <p>{@link Keep#FIRST} emits, as INSERT, the first row in event time, and again each first one that is {@code within} or more after
 * the one emitted before; of rows with the same time it is the one that came first. For that, rows wait until the watermark has
 * reached their time, so the result does not depend on the order in which they come, as long as none is late. A late row is judged at
 * once, and kept if no row of its key was kept within {@code within} before or after it.
 *
 * <p>{@link Keep#LAST} emits at once each row that is not older than the last one of its key. It is an UPDATE_AFTER if that is less
 * than {@code within} before it, and otherwise an INSERT. So the kind follows from event times alone, and not from whether the
 * earlier row is still remembered; to whoever keeps rows by key, the two mean the same.
 *
 * <p>What was kept is remembered until the watermark is twice {@code within} past it. So a row that is less than {@code within} late is
 * compared with all rows that it could be a duplicate of. One that is later is compared with those that are still remembered; if it
 * is emitted, it may not be remembered itself.
 *
 * <p>A row costs two or three look-ups and one or two writes, whatever the number of keys; with {@link Keep#LAST} one look-up more for
 * each {@code within} that it is behind the newest row.
 *
 * <p>All entries of the store but one go by time and expire.
 */
public final class DedupeOperator {
    private DedupeOperator() {}

    /** @throws IllegalArgumentException if a column of the key has a type without an order */
    public static OperatorFactory of(DedupeSpec spec) {
        new KeptTimes.Keys(spec);
        return switch (spec.keep()) {
            case FIRST -> context -> new KeepFirst(spec, context);
            case LAST -> context -> new KeepLast(spec, context);
        };
    }
}
