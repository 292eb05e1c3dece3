package io.millrace.engine.operator;

/** A count kept by one task between two checkpoints; a roll-back forgets it, so counts are exactly-once like results. */
public final class Tally {
    /** What is counted; the name of the metric follows from it. */
    public enum Kind {
        /** Records read from sources and repartition topics. */
        RECORDS_IN,
        /** Records written to sinks. */
        RECORDS_OUT,
        /** Rows that came before any of their windows had fired. */
        ON_TIME,
        /** Rows that came after a window of theirs had fired, but within its lateness, and changed its result. */
        CORRECTED,
        /** Rows that came too late for all their windows. */
        LATE,
        /** Rows dropped because another row of their key was kept. */
        DUPLICATES,
        /** Records that could not be processed and were tolerated. */
        ERRORS,
        /** Records written to repartition topics. */
        EXCHANGED
    }

    private long count;

    public void add(long n) {
        count += n;
    }

    /** The count since the last call of this method. */
    public long take() {
        long taken = count;
        count = 0;
        return taken;
    }
}
