package io.millrace.serde.registry;

/** How to wait between two attempts; wiring passes the real one, tests and the simulation one that does not wait. */
public interface Backoff {
    /** @throws InterruptedException if the thread was asked to stop meanwhile */
    void pause(long delayMs) throws InterruptedException;
}
