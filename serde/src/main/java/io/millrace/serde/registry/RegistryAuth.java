package io.millrace.serde.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** How to prove to the registry who asks. No secret ever appears in a {@code toString}. */
public sealed interface RegistryAuth {
    /** The value of the Authorization header, or null for none. */
    @Nullable
    String header();

    /** No credentials. */
    record None() implements RegistryAuth {
        @Override
        public @Nullable String header() {
            return null;
        }
    }

    /** A user and a password. */
    record Basic(String user, String password) implements RegistryAuth {
        @Override
        public String header() {
            byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(pair);
        }

        @Override
        public String toString() {
            return "Basic[***]";
        }
    }

    /** A token. */
    record Bearer(String token) implements RegistryAuth {
        public Bearer {
            // The HTTP client would refuse it later, with a message that quotes it.
            if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
                throw new IllegalArgumentException(
                        "the bearer token is empty or has characters that no header can hold");
            }
        }

        @Override
        public String header() {
            return "Bearer " + token;
        }

        @Override
        public String toString() {
            return "Bearer[***]";
        }
    }
}
