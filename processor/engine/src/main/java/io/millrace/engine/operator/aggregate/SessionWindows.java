package io.millrace.engine.operator.aggregate;

/**
 * Windows of one group's rows that are less than {@code gapMs} apart: a row at {@code ts} makes {@code [ts, ts + gapMs)}, and windows that
 * overlap or touch are one.
 */
public record SessionWindows(long gapMs) implements Windows {
    public SessionWindows {
        if (gapMs <= 0 || gapMs > SlicedWindows.MAX_SPAN_MS) {
            throw new IllegalArgumentException(
                    "a session gap of " + gapMs + " ms is not between 1 and " + SlicedWindows.MAX_SPAN_MS + " ms");
        }
    }
}
