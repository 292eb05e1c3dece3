package io.millrace.engine.operator.process;

/** Custom code has thrown something that is no {@link RuntimeException}, or could not be made ready. */
public final class CustomCodeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CustomCodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
