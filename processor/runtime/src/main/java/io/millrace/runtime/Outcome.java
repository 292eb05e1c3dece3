package io.millrace.runtime;

import org.jspecify.annotations.Nullable;

/** How an instance ended. */
public sealed interface Outcome {
    /** The bounded run is over, for the whole job. */
    record Finished() implements Outcome {}

    /** It was asked to stop. */
    record Stopped() implements Outcome {}

    /**
     * It could not go on.
     *
     * @param message what, where, and how to mend it
     */
    record Failed(String message, @Nullable Throwable cause) implements Outcome {}
}
