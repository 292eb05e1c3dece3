package io.millrace.engine.operator.top;

import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.TimeLine;

/**
 * What a ranking asks of windows. Each slice's end is also the end of a window, and a window that ends at E is made of the slices whose
 * ends are after its start, up to E.
 *
 * <p>Slices, windows and progress are places on the line of the zone's local time ({@link TimeLine}); the times of rows and watermarks are
 * brought onto it here, and only results are given as instants again.
 */
final class TopWindows {
    /** Before and after all event times, but not so far away that arithmetic would overflow. */
    static final long NEVER_MS = -(1L << 62);

    static final long HORIZON_MS = 1L << 62;

    private final SlicedWindows windows;
    private final TimeLine line;

    TopWindows(SlicedWindows windows) {
        this.windows = windows;
        this.line = new TimeLine(windows.zone());
    }

    boolean covers(long timeMs) {
        return windows.covers(timeMs);
    }

    /** The end of the slice that holds a row of this event time. */
    long sliceEndOf(long timeMs) {
        return windows.sliceEnd(line.at(timeMs));
    }

    /** The last place on the line that a watermark has completed. */
    long completedMs(long watermarkMs) {
        return line.completeMs(Math.max(NEVER_MS, Math.min(watermarkMs, HORIZON_MS))) - 1;
    }

    /** Whether all windows that hold the slice are complete. */
    boolean isPast(long sliceEndMs, long completedMs) {
        return windows.lastWindowEnd(sliceEndMs) - 1 <= completedMs;
    }

    /** The end of the first window that is not complete. */
    long endAfter(long completedMs) {
        return windows.sliceEnd(completedMs + 1);
    }

    /** The least slice end in the window. */
    long firstSlice(long windowEndMs) {
        return windows.windowStart(windowEndMs) + 1;
    }

    /** The instant at which the window starts. */
    long startInstantMs(long windowEndMs) {
        return line.startMs(windows.windowStart(windowEndMs));
    }

    /** The instant at which the window ends. */
    long endInstantMs(long windowEndMs) {
        return line.endMs(windowEndMs);
    }
}
