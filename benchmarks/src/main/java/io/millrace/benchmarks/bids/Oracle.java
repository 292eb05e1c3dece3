package io.millrace.benchmarks.bids;

/** Knows the right output of one work for one input. */
public interface Oracle {
    /** A comparison with one run's output. */
    Check check();

    /** Takes the values of an output topic, each partition's in order. */
    interface Check {
        void accept(byte[] value);

        /** The result, once the whole output was taken. */
        Verdict verdict();
    }

    /**
     * What a comparison found.
     *
     * @param right whether every result is there and is what it must be, and no other; where an engine updates its results, the last of each
     * @param records how many there were, updates included
     * @param text for people
     */
    record Verdict(boolean right, long records, String text) {}
}
