package io.millrace.runtime;

/**
 * How long a partition has had nothing to read, as far as its broker has said so: a broker that does not answer is no silence of its
 * partitions, and the time that a worker spends on other things only counts once a look afterwards has found nothing.
 */
final class Silence {
    private final long maxPerAnswerMs;
    private long answers = -1;
    private long unprovenMs;

    /** @param maxPerAnswerMs what an answer proves at most; brokers that have nothing to send answer more often than that */
    Silence(long maxPerAnswerMs) {
        this.maxPerAnswerMs = maxPerAnswerMs;
    }

    /**
     * A round of the worker is over.
     *
     * @param nothing whether it found nothing to read, and knows of nothing
     * @param elapsedMs how long the round took
     * @param answersSoFar how often the partition's broker has answered, or -1 if that is not known
     * @return how much longer the partition is now known to have been silent
     */
    long observe(boolean nothing, long elapsedMs, long answersSoFar) {
        long answersBefore = answers;
        answers = answersSoFar;
        if (!nothing || answersSoFar < Math.max(0, answersBefore)) {
            // There was something, or another broker answers for the partition now, or none.
            unprovenMs = 0;
            return 0;
        }
        unprovenMs = Math.min(maxPerAnswerMs, unprovenMs + Math.max(0, elapsedMs));
        if (answersBefore < 0 || answersSoFar == answersBefore) {
            return 0;
        }
        long provenMs = unprovenMs;
        unprovenMs = 0;
        return provenMs;
    }
}
