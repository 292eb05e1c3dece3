package io.millrace.engine.operator.aggregate;

/**
 * Windows that are unions of slices: event time is cut into slices of one size, a row counts in exactly one slice, and a window is
 * made of whole slices. Overlapping windows so share their work; tumbling windows are slices themselves.
 *
 * <p>All arithmetic is exact for event times within {@link #MAX_TIME_MS} of 1970, which is why {@link #covers} must be asked first.
 *
 * @param sizeMs the windows' size, a multiple of {@code everyMs}, at most {@link #MAX_SPAN_MS}
 * @param everyMs the distance between window starts, and the size of a slice
 * @param offsetMs shifts all starts; only its remainder by {@code everyMs} matters
 */
public record SlicedWindows(long sizeMs, long everyMs, long offsetMs) implements Windows {
    /** Seventy million years: no event time of interest is further from 1970. */
    public static final long MAX_TIME_MS = 1L << 61;

    /** The longest window and the longest lateness; with {@link #MAX_TIME_MS} it keeps sums of times within a long. */
    public static final long MAX_SPAN_MS = 1L << 59;

    /** Firing walks the slices of a window side by side, a cursor each, so their number is bounded. */
    public static final int MAX_SLICES = 4096;

    public SlicedWindows {
        if (everyMs <= 0 || sizeMs <= 0 || sizeMs % everyMs != 0) {
            throw new IllegalArgumentException(
                    "window size " + sizeMs + " ms must be a positive multiple of " + everyMs + " ms");
        }
        if (sizeMs > MAX_SPAN_MS) {
            throw new IllegalArgumentException("window size " + sizeMs + " ms is more than " + MAX_SPAN_MS + " ms");
        }
        if (sizeMs / everyMs > MAX_SLICES) {
            throw new IllegalArgumentException("window size " + sizeMs + " ms is more than " + MAX_SLICES
                    + " times its slide of " + everyMs + " ms: make the slide longer");
        }
        offsetMs = Math.floorMod(offsetMs, everyMs);
    }

    public static SlicedWindows tumbling(long sizeMs, long offsetMs) {
        return new SlicedWindows(sizeMs, sizeMs, offsetMs);
    }

    /** Whether {@code timeMs} is near enough to 1970 to be put into a window. */
    public boolean covers(long timeMs) {
        return timeMs >= -MAX_TIME_MS && timeMs <= MAX_TIME_MS;
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

    /** How many slices make a window. */
    public int slices() {
        return (int) (sizeMs / everyMs);
    }

    /** Whether a window is a single slice. */
    public boolean isTumbling() {
        return sizeMs == everyMs;
    }
}
