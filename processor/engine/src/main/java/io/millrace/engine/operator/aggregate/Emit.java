package io.millrace.engine.operator.aggregate;

/** When an aggregation's results come. */
public sealed interface Emit {
    /** The default of windows. */
    Emit FINAL = new Final();

    /** The default without windows. */
    Emit UPDATES = new Updates();

    /** As a window closes; without windows, as time ends. */
    record Final() implements Emit {}

    /** With each row that changes the result. */
    record Updates() implements Emit {}

    /** As a window closes and, while it is open, every {@code everyMs} by the wall clock if its result has changed. */
    record Early(long everyMs) implements Emit {
        public Early {
            if (everyMs <= 0) {
                throw new IllegalArgumentException("early results every " + everyMs + " ms");
            }
        }
    }
}
