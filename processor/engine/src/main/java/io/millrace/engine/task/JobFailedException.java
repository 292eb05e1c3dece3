package io.millrace.engine.task;

import org.jspecify.annotations.Nullable;

/** The job cannot go on and must stop. The message says where ({@code topic-partition@offset, step}), why, and how to mend it. */
public final class JobFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public JobFailedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
