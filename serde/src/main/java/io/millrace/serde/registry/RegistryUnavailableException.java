package io.millrace.serde.registry;

import org.jspecify.annotations.Nullable;

/** No registry URL gave a usable answer. The message names the URLs without credentials, and each one's failure. */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RegistryUnavailableException(String message) {
        this(message, null);
    }

    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
