package io.millrace.app.wire;

/** Says what happens to each request. Called from the threads of all connections at once. */
@FunctionalInterface
public interface Rule {
    /** Nothing goes wrong. */
    Rule NONE = request -> Fate.FORWARD;

    Fate fate(WireRequest request);
}
