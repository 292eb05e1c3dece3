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
     * @param exact whether the output is what it must be, record for record
     * @param text for people
     */
    record Verdict(boolean exact, String text) {}
}
