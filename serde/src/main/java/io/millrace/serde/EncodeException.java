package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/** A record that cannot be encoded. The message says what and where inside the record, and never holds its payload. */
public class EncodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public EncodeException(String message) {
        super(message);
    }

    public EncodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
