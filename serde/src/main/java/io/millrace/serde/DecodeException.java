package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/** A record that cannot be decoded. The message says what and where inside the record, and never holds its payload. */
public class DecodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DecodeException(String message) {
        super(message);
    }

    public DecodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
