package io.millrace.engine.operator.aggregate;

/**
 * Windows that are unions of slices: event time is cut into slices of one size, a row counts in exactly one slice, and a window is
 * made of whole slices. Overlapping windows so share their work; tumbling windows are slices themselves.
 *
 * @param sizeMs the windows' size, a multiple of {@code everyMs}
 * @param everyMs the distance between window starts, and the size of a slice
 * @param offsetMs shifts all starts; only its remainder by {@code everyMs} matters
 */
public record SlicedWindows(long sizeMs, long everyMs, long offsetMs) {
    public SlicedWindows {
        if (everyMs <= 0 || sizeMs <= 0 || sizeMs % everyMs != 0) {
            throw new IllegalArgumentException("window size " + sizeMs + " ms must be a positive multiple of " + everyMs + " ms");
        }
    }

    public static SlicedWindows tumbling(long sizeMs, long offsetMs) {
        return new SlicedWindows(sizeMs, sizeMs, offsetMs);
    }

    /** The end (exclusive) of the slice that holds {@code timeMs}; right for negative times too. */
    public long sliceEnd(long timeMs) {
        return timeMs - Math.floorMod(timeMs - offsetMs, everyMs) + everyMs;
    }

    /** The end of the first window that holds the slice: the slice's own. */
    public long firstWindowEnd(long sliceEndMs) {
        return sliceEndMs;
    }

    /** The end of the last window that holds the slice. */
    public long lastWindowEnd(long sliceEndMs) {
        return sliceEndMs + sizeMs - everyMs;
    }

    public long windowStart(long windowEndMs) {
        return windowEndMs - sizeMs;
    }

    /** Whether a window is a single slice. */
    public boolean isTumbling() {
        return sizeMs == everyMs;
    }
}
