package io.millrace.engine.operator.aggregate;

import org.jspecify.annotations.Nullable;

/** Walks windows from where firing stopped, in the order of their ends, and in each its groups, in the order of their keys. */
sealed interface WindowWalk extends AutoCloseable permits DueWindows, DueCumulated {
    /** Moves to the next group of a window; false at the end. */
    boolean next();

    /** The end of the current window on the time line. */
    long windowEndMs();

    /** The store key of the current group, in one of its slices. */
    byte[] groupKey();

    /**
     * The accumulators of the current group in the whole window, once, and only if they are emitted: what has been added up may be kept for
     * the next window.
     */
    @Nullable
    Object[] take();

    @Override
    void close();
}
