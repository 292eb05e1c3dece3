package io.millrace.serde.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A registry client from the property names that Confluent's own clients use. */
public final class SchemaRegistries {
    private static final String PREFIX = "schema.registry.";

    private SchemaRegistries() {}

    /** As {@link #fromProperties(Map, LongSupplier, Backoff)}, with the machine's clock and real pauses. */
    public static SchemaRegistry fromProperties(Map<String, String> properties) {
        return fromProperties(
                properties, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), SchemaRegistries::pause);
    }

    /**
     * Reads {@code schema.registry.url} (several with commas), {@code basic.auth.credentials.source} (URL or USER_INFO),
     * {@code basic.auth.user.info}, {@code bearer.auth.credentials.source} (STATIC_TOKEN), {@code bearer.auth.token}, {@code
     * http.connect.timeout.ms}, {@code http.read.timeout.ms}, {@code max.retries}, {@code retries.wait.ms} and {@code
     * retries.max.wait.ms}; each but the first also with {@code schema.registry.} before it. Other properties are ignored.
     *
     * @param clockMs milliseconds from any origin, never going back
     * @throws IllegalArgumentException if a property is missing or wrong; the message names it and holds no credentials
     */
    public static SchemaRegistry fromProperties(Map<String, String> properties, LongSupplier clockMs, Backoff backoff) {
        return new HttpSchemaRegistry(settings(properties), clockMs, backoff);
    }

    static RegistrySettings settings(Map<String, String> properties) {
        Duration firstBackoff = millis(properties, "retries.wait.ms", RegistrySettings.DEFAULT_FIRST_BACKOFF);
        Duration maxBackoff = millis(properties, "retries.max.wait.ms", RegistrySettings.DEFAULT_MAX_BACKOFF);
        return new RegistrySettings(
                urls(properties.get(PREFIX + "url")),
                auth(properties),
                millis(properties, "http.connect.timeout.ms", RegistrySettings.DEFAULT_CONNECT_TIMEOUT),
                millis(properties, "http.read.timeout.ms", RegistrySettings.DEFAULT_REQUEST_TIMEOUT),
                (int) number(properties, "max.retries", RegistrySettings.DEFAULT_MAX_RETRIES),
                firstBackoff,
                maxBackoff.compareTo(firstBackoff) < 0 ? firstBackoff : maxBackoff);
    }

    private static List<URI> urls(@Nullable String text) {
        List<URI> urls = new ArrayList<>();
        for (String part : (text == null ? "" : text).split(",", -1)) {
            if (!part.isBlank()) {
                try {
                    urls.add(new URI(part.trim()));
                } catch (URISyntaxException e) {
                    // Not quoted: it may hold a password.
                    throw new IllegalArgumentException(PREFIX + "url: URL number " + (urls.size() + 1)
                            + " is not a URL: " + e.getReason() + " at its character " + e.getIndex());
                }
            }
        }
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(
                    PREFIX + "url is missing: give the registry's URL, such as http://localhost:8081");
        }
        return urls;
    }

    private static RegistryAuth auth(Map<String, String> properties) {
        String bearerSource = get(properties, "bearer.auth.credentials.source");
        String token = get(properties, "bearer.auth.token");
        if (bearerSource != null && !bearerSource.equalsIgnoreCase("STATIC_TOKEN")) {
            throw new IllegalArgumentException(
                    "bearer.auth.credentials.source can only be STATIC_TOKEN, with bearer.auth.token");
        }
        String userInfo = get(properties, "basic.auth.user.info");
        if (token != null && userInfo != null) {
            throw new IllegalArgumentException("basic.auth.user.info and bearer.auth.token are both given: give one");
        }
        if (token != null) {
            return new RegistryAuth.Bearer(token);
        }
        if (bearerSource != null) {
            throw new IllegalArgumentException("bearer.auth.credentials.source needs bearer.auth.token");
        }
        return basic(get(properties, "basic.auth.credentials.source"), userInfo);
    }

    private static RegistryAuth basic(@Nullable String source, @Nullable String userInfo) {
        if (source != null && !source.equalsIgnoreCase("URL") && !source.equalsIgnoreCase("USER_INFO")) {
            throw new IllegalArgumentException("basic.auth.credentials.source can be URL or USER_INFO"
                    + (source.equalsIgnoreCase("SASL_INHERIT")
                            ? "; repeat the SASL user and password in basic.auth.user.info"
                            : ""));
        }
        if (userInfo == null || "URL".equalsIgnoreCase(source)) {
            if ("USER_INFO".equalsIgnoreCase(source)) {
                throw new IllegalArgumentException(
                        "basic.auth.credentials.source is USER_INFO, which needs basic.auth.user.info");
            }
            return new RegistryAuth.None(); // the URL's own credentials, if it has any
        }
        int colon = userInfo.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("basic.auth.user.info must be user:password");
        }
        return new RegistryAuth.Basic(userInfo.substring(0, colon), userInfo.substring(colon + 1));
    }

    private static Duration millis(Map<String, String> properties, String name, Duration byDefault) {
        return Duration.ofMillis(number(properties, name, byDefault.toMillis()));
    }

    private static long number(Map<String, String> properties, String name, long byDefault) {
        String text = get(properties, name);
        if (text == null) {
            return byDefault;
        }
        try {
            long value = Long.parseLong(text.trim());
            if (value >= 0 && value <= Integer.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, together with what is out of range
        }
        throw new IllegalArgumentException(name + " must be a whole number from 0 to " + Integer.MAX_VALUE);
    }

    private static @Nullable String get(Map<String, String> properties, String name) {
        String value = properties.get(name);
        if (value == null) {
            value = properties.get(PREFIX + name);
        }
        return value == null || value.isBlank() ? null : value;
    }

    private static void pause(long delayMs) throws InterruptedException {
        try {
            new CompletableFuture<Void>().get(delayMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // the pause is over
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody completes this future", e);
        }
    }
}
