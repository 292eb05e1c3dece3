package io.millrace.engine.operator.aggregate;

/**
 * Which windows have fired, and which of those still accept rows. Both are ranges of window ends, so every question about a window is one
 * comparison on the time line; instants come in only where progress is made.
 */
final class WindowTimes {
    private final SlicedWindows windows;
    private final long latenessMs;
    private final TimeLine line;
    private WindowProgress progress;
    private long firstOpenEndMs;
    private long firstAcceptingEndMs;
    private long nextDueMs;

    WindowTimes(SlicedWindows windows, long latenessMs, WindowProgress progress) {
        this.windows = windows;
        this.latenessMs = latenessMs;
        this.line = new TimeLine(windows.zone());
        this.progress = progress;
        moveTo(progress);
    }

    WindowProgress progress() {
        return progress;
    }

    void moveTo(WindowProgress to) {
        progress = to;
        firstOpenEndMs = windows.sliceEnd(line.completeMs(to.firedThroughMs()));
        firstAcceptingEndMs = windows.sliceEnd(line.completeMs(to.firedThroughMs() - latenessMs));
        nextDueMs = Math.min(line.endMs(firstOpenEndMs) - 1, line.endMs(firstAcceptingEndMs) - 1 + latenessMs);
    }

    /** Notes that firing was interrupted; which windows have fired stays as it is until {@link #moveTo}. */
    void stopAfter(long windowEndMs, byte[] groupKey) {
        progress = progress.stoppedAfter(windowEndMs, groupKey);
    }

    TimeLine line() {
        return line;
    }

    /** The end, on the line, of the first window that has not fired. */
    long firstOpenEndMs() {
        return firstOpenEndMs;
    }

    /** The end, on the line, of the first window whose lateness has not passed; at most {@link #firstOpenEndMs}. */
    long firstAcceptingEndMs() {
        return firstAcceptingEndMs;
    }

    /** The least event time, after the progress, at which a window ends or a lateness passes. */
    long nextDueMs() {
        return nextDueMs;
    }

    /** Windows that end here on the line, or before, are complete at an event time. */
    long completeMs(long watermarkMs) {
        return line.completeMs(watermarkMs);
    }
}
