package io.millrace.simulation;

/** Something happened that must never happen. An error, so that nothing in the product takes it for a fault to recover from. */
final class Violation extends Error {
    private static final long serialVersionUID = 1;

    Violation(String message) {
        super(message);
    }
}
