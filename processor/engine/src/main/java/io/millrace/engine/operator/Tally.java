package io.millrace.engine.operator;

/** A count kept by one task between two checkpoints; a roll-back forgets it, so counts are exactly-once like results. */
public final class Tally {
    /** What is counted; the name of the metric follows from it. */
    public enum Kind {
        /** Records read from sources and repartition topics. */
        RECORDS_IN,
        /** Records written to sinks. */
        RECORDS_OUT,
        /** Rows that came too late for all their windows. */
        LATE,
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
