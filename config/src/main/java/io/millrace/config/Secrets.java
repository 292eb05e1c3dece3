package io.millrace.config;

import java.util.List;
import java.util.Locale;

/** Which values must never be printed. */
public final class Secrets {
    /** What is printed in place of a secret. */
    public static final String HIDDEN = "(secret)";

    private static final List<String> TELLTALES = List.of(
            "password",
            "passwd",
            "passphrase",
            "secret",
            "token",
            "jaas",
            "credential",
            "user.info",
            "private.key",
            "api.key",
            "apikey",
            "access.key",
            "keystore.key",
            "keystore.certificate.chain");

    private Secrets() {}

    /** Whether a property of this name is likely to hold a secret; in doubt it is. The case does not matter, nor do {@code _} and {@code -} for dots. */
    public static boolean looksSecret(String key) {
        String name = key.toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
        return TELLTALES.stream().anyMatch(name::contains);
    }

    /** The value, or {@link #HIDDEN} if the key looks secret. */
    public static String shown(String key, String value) {
        return looksSecret(key) ? HIDDEN : value;
    }
}
