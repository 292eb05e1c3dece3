package io.millrace.simulation;

/** What can go wrong. The number says how often, at most, per occasion. */
enum Fault {
    /** A process dies between two calls; what was not flushed to its disk is lost from some point on. */
    CRASH(0.008),
    /** A process stands still, mostly for longer than its session, and goes on as if nothing had been. */
    PAUSE(0.006),
    /** Other processes run in the middle of a call. */
    INTERLEAVE(0.15),
    /** A transactional id is taken by somebody else for a moment. */
    FENCE(0.02),
    REBALANCE(0.03),
    /** An instance is stopped in good order, or a new one is started. */
    SCALE(0.02),
    /** A commit gets no answer; it may have been applied, or be applied later, or never. */
    COMMIT_UNANSWERED(0.1),
    /** The same of the offsets of a transaction. */
    OFFSETS_UNANSWERED(0.05),
    /** A batch of records does not arrive in time. */
    SEND_FAILS(0.03),
    /** A question to the cluster gets no answer. */
    ADMIN_UNANSWERED(0.1),
    /** A record cannot be decoded before something else is there. */
    DECODING_WAITS(0.02),
    /** Markers are written late. */
    COORDINATOR_MOVES(0.02),
    UNAVAILABLE(0.01),
    DISK_FULL(0.01),
    /** What is on a disk for a task cannot be read when it is opened. */
    DISK_DAMAGED(0.3),
    /** A disk is lost with the process that used it. */
    DISK_LOST(0.4),
    /** A transactional id has been idle for too long and is forgotten. */
    ID_EXPIRES(0.01),
    COMPACTION(0.02);

    private final double probability;

    Fault(double probability) {
        this.probability = probability;
    }

    double probability() {
        return probability;
    }
}
