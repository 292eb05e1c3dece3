package io.millrace.serde.registry;

/** The registry answered, and has no schema with this id. */
public final class UnknownSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UnknownSchemaException(String message) {
        super(message);
    }
}
