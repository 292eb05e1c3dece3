package io.millrace.serde.registry;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Where the registry is and how patiently to ask it.
 *
 * @param urls tried in order from the last one that answered; credentials inside a URL are used where {@code auth} is none
 * @param requestTimeout for one whole answer, its body included
 * @param maxRetries further rounds over all URLs after the first one failed
 * @param firstBackoff the wait before the first retry; it doubles up to {@code maxBackoff}
 */
public record RegistrySettings(
        List<URI> urls,
        RegistryAuth auth,
        Duration connectTimeout,
        Duration requestTimeout,
        int maxRetries,
        Duration firstBackoff,
        Duration maxBackoff) {
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(10);
    public static final int DEFAULT_MAX_RETRIES = 3;
    public static final Duration DEFAULT_FIRST_BACKOFF = Duration.ofMillis(200);
    public static final Duration DEFAULT_MAX_BACKOFF = Duration.ofSeconds(5);

    public RegistrySettings {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("a schema registry needs at least one URL");
        }
        for (URI url : urls) {
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (!http || url.getHost() == null) {
                throw new IllegalArgumentException("schema registry URL " + Endpoint.withoutUser(url)
                        + " must start with http:// or https:// and a host name");
            }
        }
        if (maxRetries < 0 || maxRetries > 100) {
            throw new IllegalArgumentException("retries must be 0 to 100, not " + maxRetries);
        }
        if (!isPositive(connectTimeout) || !isPositive(requestTimeout)) {
            throw new IllegalArgumentException("the registry's timeouts must be longer than 0");
        }
        if (firstBackoff.isNegative() || maxBackoff.compareTo(firstBackoff) < 0) {
            throw new IllegalArgumentException(
                    "the longest wait between retries must not be shorter than the first one");
        }
    }

    /** The default patience. */
    public RegistrySettings(List<URI> urls, RegistryAuth auth) {
        this(
                urls,
                auth,
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_REQUEST_TIMEOUT,
                DEFAULT_MAX_RETRIES,
                DEFAULT_FIRST_BACKOFF,
                DEFAULT_MAX_BACKOFF);
    }

    /** Without credentials. */
    @Override
    public String toString() {
        return "RegistrySettings" + urls.stream().map(Endpoint::withoutUser).toList() + auth;
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }
}
