package io.millrace.engine.operator.aggregate;

import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Windows that are unions of slices: time is cut into slices of one size, a row counts in exactly one slice, and a window is
 * made of whole slices. Overlapping windows so share their work; tumbling windows are slices themselves.
 *
 * <p>Windows align in a zone's local time. All times here are places on that zone's {@link TimeLine}, which for UTC are instants.
 *
 * <p>All arithmetic is exact for event times within {@link #MAX_TIME_MS} of 1970, which is why {@link #covers} must be asked first.
 *
 * @param kind which slices make a window
 * @param sizeMs the (longest) windows' size, a multiple of {@code everyMs}, at most {@link #MAX_SPAN_MS}
 * @param everyMs the distance between window ends, and the size of a slice
 * @param offsetMs shifts all starts; only its remainder by {@code everyMs} (hopping) or {@code sizeMs} (cumulating) matters
 * @param zone whose local time the windows align in; UTC for times without a zone
 */
public record SlicedWindows(Kind kind, long sizeMs, long everyMs, long offsetMs, ZoneId zone) implements Windows {
    /** Seventy million years: no event time of interest is further from 1970. */
    public static final long MAX_TIME_MS = 1L << 61;

    /** The longest window and the longest lateness; with {@link #MAX_TIME_MS} it keeps sums of times within a long. */
    public static final long MAX_SPAN_MS = 1L << 59;

    /** A row counts in as many windows as a window has slices, and some work goes by all of them, so their number is bounded. */
    public static final int MAX_SLICES = 4096;

    /** Which slices make a window. */
    public enum Kind {
        /** A window has {@code sizeMs / everyMs} slices; tumbling windows have one. */
        HOPPING,
        /** A window has all slices from its start, a multiple of {@code sizeMs}, to its end. */
        CUMULATING
    }

    public SlicedWindows {
        if (everyMs <= 0 || sizeMs <= 0 || sizeMs % everyMs != 0) {
            throw new IllegalArgumentException(
                    "window size " + sizeMs + " ms must be a positive multiple of " + everyMs + " ms");
        }
        if (sizeMs > MAX_SPAN_MS) {
            throw new IllegalArgumentException("window size " + sizeMs + " ms is more than " + MAX_SPAN_MS + " ms");
        }
        if (sizeMs / everyMs > MAX_SLICES) {
            String every = kind == Kind.HOPPING ? "slide" : "step";
            throw new IllegalArgumentException("window size " + sizeMs + " ms is more than " + MAX_SLICES
                    + " times its " + every + " of " + everyMs + " ms: make the " + every + " longer");
        }
        if (sizeMs == everyMs) {
            kind = Kind.HOPPING;
        }
        offsetMs = Math.floorMod(offsetMs, kind == Kind.HOPPING ? everyMs : sizeMs);
    }

    /** Windows side by side. */
    public static SlicedWindows tumbling(long sizeMs, long offsetMs) {
        return hopping(sizeMs, sizeMs, offsetMs);
    }

    /** Windows of one size that start every {@code everyMs}. */
    public static SlicedWindows hopping(long sizeMs, long everyMs, long offsetMs) {
        return new SlicedWindows(Kind.HOPPING, sizeMs, everyMs, offsetMs, ZoneOffset.UTC);
    }

    /** Windows that start every {@code maxMs}, and from each start one that ends at each step up to {@code maxMs}. */
    public static SlicedWindows cumulating(long maxMs, long stepMs, long offsetMs) {
        return new SlicedWindows(Kind.CUMULATING, maxMs, stepMs, offsetMs, ZoneOffset.UTC);
    }

    /** The same windows, aligned in another zone's local time. */
    public SlicedWindows in(ZoneId otherZone) {
        return new SlicedWindows(kind, sizeMs, everyMs, offsetMs, otherZone);
    }

    /** Whether {@code timeMs} is near enough to 1970 to be put into a window. */
    public boolean covers(long timeMs) {
        return timeMs >= -MAX_TIME_MS && timeMs <= MAX_TIME_MS;
    }

    /**
     * The end (exclusive) of the slice that holds {@code timeMs}, so the first end behind it; right for negative times too. It is also the
     * end of the first window that holds the slice.
     */
    public long sliceEnd(long timeMs) {
        return timeMs - Math.floorMod(timeMs - offsetMs, everyMs) + everyMs;
    }

    /** The end of the last window that holds the slice. */
    public long lastWindowEnd(long sliceEndMs) {
        return kind == Kind.HOPPING
                ? sliceEndMs + sizeMs - everyMs
                : sliceEndMs - 1 - Math.floorMod(sliceEndMs - 1 - offsetMs, sizeMs) + sizeMs;
    }

    public long windowStart(long windowEndMs) {
        return kind == Kind.HOPPING ? windowEndMs - sizeMs : lastWindowEnd(windowEndMs) - sizeMs;
    }

    /** The end of the first slice of a window. */
    public long firstSliceEnd(long windowEndMs) {
        return windowStart(windowEndMs) + everyMs;
    }

    /** How many slices make a window, of hopping ones, or the longest one, of cumulating ones. */
    public int slices() {
        return (int) (sizeMs / everyMs);
    }

    /** Whether a window is a single slice. */
    public boolean isTumbling() {
        return sizeMs == everyMs;
    }

    public boolean isCumulating() {
        return kind == Kind.CUMULATING;
    }
}
