package io.millrace.runtime;

import java.time.Clock;

/**
 * What one member's assignor knows of the rebalances it takes part in, shared with its worker.
 *
 * <p>A rebalance that moves tasks only takes them from their owners; these rejoin, and the next one gives them out. An owner that dies
 * and comes back as the same static member in between does not rejoin: the broker hands it the assignment it had, and the tasks would
 * stay without an owner. So assignments of such a half rebalance are marked, and a member that is left with one asks for another. Its
 * subscription then carries another number, because the broker answers an unchanged one without rebalancing. Thread-safe.
 */
final class Rebalances {
    /** Longer than the second half takes when all is well. */
    private static final long PATIENCE_MS = 5_000;

    private final Clock clock;
    private long halfSinceMs = -1;
    private int asked;

    Rebalances(Clock clock) {
        this.clock = clock;
    }

    /**
     * An assignment arrived.
     *
     * @param half whether tasks were withheld from anyone in it
     */
    synchronized void assigned(boolean half) {
        halfSinceMs = half ? clock.millis() : -1;
    }

    /** Whether the second half is overdue; true once each time that it should be asked for. */
    synchronized boolean isStuck(long nowMs) {
        if (halfSinceMs < 0 || nowMs - halfSinceMs < PATIENCE_MS) {
            return false;
        }
        halfSinceMs = nowMs;
        ask();
        return true;
    }

    /** Another rebalance is wanted: the next subscription is to differ from the last. */
    synchronized void ask() {
        asked++;
    }

    /** A number that changes when another rebalance is asked for. */
    synchronized int asked() {
        return asked;
    }
}
