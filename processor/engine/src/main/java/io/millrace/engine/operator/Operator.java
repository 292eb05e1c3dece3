package io.millrace.engine.operator;

import io.millrace.serde.Row;

/**
 * One step of the dataflow inside one task. Single-threaded: no locks, no I/O, no clock. Whatever must survive a crash lives in
 * stores; what an operator keeps in fields must be either derivable from them or emitted by {@link #flush}, because the task may be
 * rebuilt from its stores after any checkpoint.
 */
public interface Operator {
    /**
     * Takes one row. May emit any number of rows that is bounded by the input row.
     *
     * @param port which of the operator's inputs the row came by, from 0
     */
    void process(int port, Row row, Output out);

    /** Emits what was bundled since the last checkpoint, so that nothing but stores holds information. */
    default void flush(Output out) {}

    /**
     * Brings event time forward and emits all results due up to {@code watermarkMs}, in the order of their time. Called after
     * {@link #flush} at each checkpoint, also when the watermark has not moved.
     *
     * @return false if it stopped early because {@link Output#isFull}; it is then called again, with the same watermark or a later
     *     one and with nothing processed in between, possibly after a crash and restore
     */
    default boolean advance(long watermarkMs, Output out) {
        return true;
    }

    /**
     * Looks at the wall clock ({@link OperatorContext#nowMs}): called at each checkpoint behind {@link #advance}, once that has returned
     * true. For early results and timers of processing time; what it emits need not be the same in every run.
     *
     * @return false if it stopped early because {@link Output#isFull}; it is then called again, as {@code advance} is
     */
    default boolean tick(Output out) {
        return true;
    }

    /** The wall-clock time at which {@link #tick} has something to do even if no row comes, or {@link Long#MAX_VALUE}. */
    default long nextTickMs() {
        return Long.MAX_VALUE;
    }

    /** Bytes held on the heap by {@link #flush}able bundles, roughly; the task flushes early when they pass its bound. */
    default long bundledBytes() {
        return 0;
    }

    /** The task is not used any more: lets go of what is not the task's. Stores must not be touched. */
    default void close() {}
}
