package io.millrace.app.job;

/** Something outside of this process that a command needs did not answer, or refused. */
public final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
