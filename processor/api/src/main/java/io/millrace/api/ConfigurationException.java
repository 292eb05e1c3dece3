package io.millrace.api;

/** A step's {@code config} is wrong. The message says how to mend it, without its value, and is shown at the key's place in the job. */
public final class ConfigurationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String key;

    /** @param message begins with the key: {@code threshold must be positive} */
    public ConfigurationException(String key, String message) {
        super(message);
        this.key = key;
    }

    /** The key that is wrong or missing. */
    public String key() {
        return key;
    }
}
