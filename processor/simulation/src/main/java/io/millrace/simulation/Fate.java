package io.millrace.simulation;

import java.util.function.BooleanSupplier;

/** What comes between two calls of a process: others run, time passes, and things break. */
interface Fate {
    /**
     * To be called before each thing that a process does to the world outside its heap.
     *
     * @throws Crash if the process is dead, perhaps as of now
     */
    void between(Incarnation process);

    /** The process waits, and the others go on, until something is so or it has waited for this long. */
    void await(Incarnation process, long timeoutMs, BooleanSupplier done);

    /** Whether this fault happens now. */
    boolean strikes(Fault fault);

    Dice dice();

    /** Does something later, if the world still stands. */
    void later(long delayMs, Runnable what);
}
