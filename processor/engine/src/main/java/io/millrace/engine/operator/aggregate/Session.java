package io.millrace.engine.operator.aggregate;

import org.jspecify.annotations.Nullable;

/** One session of a group, {@code [startMs, endMs)}, as it is in the store. It only ever grows, so a time that it holds names it for good. */
final class Session {
    /** The sets of a session without DISTINCT calls. */
    static final long[] NO_SETS = {};

    private final long startMs;
    private final long endMs;
    private final long[] sets;
    private final @Nullable Object[] group;

    private long timerMs = SessionProgress.NEVER_MS;
    private @Nullable Object @Nullable [] early;
    private boolean changed;

    /**
     * @param sets the numbers of the sets that hold its distinct values, see {@link SessionValues}
     * @param group its accumulators
     */
    Session(long startMs, long endMs, long[] sets, @Nullable Object[] group) {
        if (endMs <= startMs) {
            throw new IllegalArgumentException("session end " + endMs + " must be after start " + startMs);
        }
        this.startMs = startMs;
        this.endMs = endMs;
        this.sets = sets;
        this.group = group;
    }

    long startMs() {
        return startMs;
    }

    long endMs() {
        return endMs;
    }

    /** The time of its results. */
    long lastMs() {
        return endMs - 1;
    }

    boolean spans(long fromMs, long toMs) {
        return startMs == fromMs && endMs == toMs;
    }

    long[] sets() {
        return sets;
    }

    @Nullable
    Object[] group() {
        return group;
    }

    long rows() {
        return (long) group[Accumulators.COUNT_AT];
    }

    /** The one timer that counts for it; others that fall into it are left over from sessions that it has swallowed. */
    long timerMs() {
        return timerMs;
    }

    void timerMs(long timeMs) {
        timerMs = timeMs;
    }

    /** The early result that was given out last, from the window's start on; null if there is none or it is not kept. */
    @Nullable
    Object @Nullable [] early() {
        return early;
    }

    void early(@Nullable Object @Nullable [] result) {
        early = result;
    }

    /** Whether it has an entry of kind {@link SessionKeys#CHANGED}. */
    boolean isChanged() {
        return changed;
    }

    void changed(boolean isChanged) {
        changed = isChanged;
    }
}
