package io.millrace.engine.operator;

/** A record that is larger than the producer's {@code max.request.size}. */
public final class RecordTooLargeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RecordTooLargeException(String message) {
        super(message);
    }
}
