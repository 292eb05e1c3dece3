package io.millrace.serde;

import org.jspecify.annotations.Nullable;

/** A record that could not be decoded now, through no fault of its own; trying again later may work. */
public final class RetriableDecodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RetriableDecodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
