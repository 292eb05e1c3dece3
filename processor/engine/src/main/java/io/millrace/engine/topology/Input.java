package io.millrace.engine.topology;

import io.millrace.serde.Decoder;
import io.millrace.serde.RowType;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What feeds a stage. */
public sealed interface Input {
    /** The topics read; partition p of each belongs to task p. */
    List<String> topics();

    /** Where its rows go. */
    List<Node.Edge> next();

    /**
     * A source.
     *
     * @param columns the columns that are decoded
     * @param decoder makes a decoder per task
     * @param eventTime null for the record's timestamp
     * @param lagMs how far the watermark stays behind the largest event time
     * @param idleMs after how long without records a partition no longer holds time back
     * @param driftMs how far a partition's watermark may run ahead of the slowest other input of its task before it is paused
     */
    record FromSource(
            String name,
            List<String> topics,
            RowType columns,
            Supplier<Decoder> decoder,
            @Nullable EventTime eventTime,
            long lagMs,
            long idleMs,
            long driftMs,
            List<Node.Edge> next)
            implements Input {
        public FromSource {
            topics = List.copyOf(topics);
            next = List.copyOf(next);
        }
    }

    /** The reading end of an exchange. */
    record FromExchange(Exchange exchange, List<Node.Edge> next) implements Input {
        public FromExchange {
            next = List.copyOf(next);
        }

        @Override
        public List<String> topics() {
            return List.of(exchange.topic());
        }
    }

    /** Reads a row's event time. */
    @FunctionalInterface
    interface EventTime {
        /** What {@link #timeMs} answers for a NULL. */
        long NONE = Long.MIN_VALUE;

        /** Milliseconds since the epoch, or {@link #NONE}. */
        long timeMs(@Nullable Object[] values);
    }
}
