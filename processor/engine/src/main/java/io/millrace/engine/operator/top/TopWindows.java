package io.millrace.engine.operator.top;

import io.millrace.engine.operator.aggregate.SlicedWindows;

/**
 * What a ranking asks of windows. Each slice's end is also the end of a window, and a window that ends at E is made of the slices whose
 * ends are after its start, up to E.
 */
record TopWindows(SlicedWindows windows) {
    /** Before and after all event times, but not so far away that arithmetic would overflow. */
    static final long NEVER_MS = -(1L << 62);

    static final long HORIZON_MS = 1L << 62;

    boolean covers(long timeMs) {
        return windows.covers(timeMs);
    }

    /** The end of the slice that holds {@code timeMs}. */
    long sliceEnd(long timeMs) {
        return windows.sliceEnd(timeMs);
    }

    /** Whether the watermark has passed all windows that hold the slice. */
    boolean isPast(long sliceEndMs, long watermarkMs) {
        return windows.lastWindowEnd(sliceEndMs) - 1 <= watermarkMs;
    }

    long start(long windowEndMs) {
        return windows.windowStart(windowEndMs);
    }

    /** The end of the first window that ends after the watermark has been reached. */
    long endAfter(long watermarkMs) {
        return windows.sliceEnd(watermarkMs + 1);
    }

    /** The least slice end in the window. */
    long firstSlice(long windowEndMs) {
        return windows.windowStart(windowEndMs) + 1;
    }
}
