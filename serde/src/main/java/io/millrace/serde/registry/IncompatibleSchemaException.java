package io.millrace.serde.registry;

/** The registry refused to register a schema: incompatible with the subject's earlier versions, or invalid. */
public final class IncompatibleSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public IncompatibleSchemaException(String message) {
        super(message);
    }
}
