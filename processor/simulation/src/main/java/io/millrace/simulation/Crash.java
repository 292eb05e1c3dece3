package io.millrace.simulation;

/** A process is dead: unwinds its stack. An error, so that nothing in the product takes it for a fault to recover from. */
final class Crash extends Error {
    private static final long serialVersionUID = 1;

    Crash(String process) {
        super(process + " has crashed", null, false, false);
    }
}
