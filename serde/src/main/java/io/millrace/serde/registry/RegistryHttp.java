package io.millrace.serde.registry;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one registry URL after the other until one answers, starting with the last good one. What a restart or an overload
 * explains (no connection, no answer in time, 429, 5xx) is asked again after a pause that doubles; anything else is an answer.
 * Redirects are not followed, since they would carry the credentials elsewhere.
 */
final class RegistryHttp {
    static final int MAX_ANSWER_BYTES = 8 << 20;
    static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private static final Logger LOG = LoggerFactory.getLogger(RegistryHttp.class);

    private final RegistrySettings settings;
    private final List<Endpoint> endpoints;
    private final Backoff backoff;
    private final HttpClient client;
    private volatile int lastGood;

    RegistryHttp(RegistrySettings settings, Backoff backoff) {
        this.settings = settings;
        this.backoff = backoff;
        this.endpoints = settings.urls().stream()
                .map(url -> new Endpoint(url, settings.auth()))
                .toList();
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connectTimeout())
                .build();
    }

    /** An answer that asking again would not change; no JSON if it is not a JSON object. */
    record Answer(Endpoint from, int status, @Nullable RegistryJson json) {}

    /**
     * GETs {@code path}, or POSTs {@code body} to it.
     *
     * @throws RegistryUnavailableException if no URL answered, or one refused the credentials
     */
    Answer send(String path, byte @Nullable [] body) {
        long delayMs = settings.firstBackoff().toMillis();
        for (int round = 0; ; round++) {
            List<String> failures = new ArrayList<>();
            int first = lastGood;
            for (int i = 0; i < endpoints.size(); i++) {
                int index = (first + i) % endpoints.size();
                Answer answer = ask(endpoints.get(index), path, body, failures);
                if (answer != null) {
                    lastGood = index;
                    return answer;
                }
            }
            if (round == settings.maxRetries()) {
                throw new RegistryUnavailableException("the schema registry did not answer in " + (round + 1)
                        + " attempts; at last " + String.join(", ", failures));
            }
            LOG.warn("schema registry: {}; trying again in {} ms", String.join(", ", failures), delayMs);
            pause(delayMs);
            delayMs = Math.min(2 * delayMs, settings.maxBackoff().toMillis());
        }
    }

    private @Nullable Answer ask(Endpoint endpoint, String path, byte @Nullable [] body, List<String> failures) {
        CompletableFuture<HttpResponse<byte[]>> future =
                client.sendAsync(request(endpoint, path, body), info -> new BoundedBody(MAX_ANSWER_BYTES));
        try {
            HttpResponse<byte[]> response = future.get(settings.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
            int status = response.statusCode();
            if (status == 401 || status == 403) {
                throw new RegistryUnavailableException("schema registry " + endpoint + " refused the credentials (HTTP "
                        + status + "): check basic.auth.user.info or bearer.auth.token, and the subject's permissions");
            }
            if (status == 408 || status == 429 || status >= 500) {
                failures.add(endpoint + " answered HTTP " + status);
                return null;
            }
            return new Answer(endpoint, status, RegistryJson.parse(response.body()));
        } catch (TimeoutException e) {
            future.cancel(true);
            failures.add(
                    endpoint + " gave no answer in " + settings.requestTimeout().toMillis() + " ms");
        } catch (ExecutionException e) {
            failures.add(endpoint + " failed: " + reason(e.getCause()));
        } catch (InterruptedException e) {
            future.cancel(true);
            throw interrupted(e);
        }
        return null;
    }

    private HttpRequest request(Endpoint endpoint, String path, byte @Nullable [] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(endpoint.resolve(path)).header("Accept", CONTENT_TYPE + ", application/json");
        String authorization = endpoint.authorization();
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        if (body != null) {
            request.header("Content-Type", CONTENT_TYPE).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        }
        return request.build();
    }

    private void pause(long delayMs) {
        try {
            backoff.pause(delayMs);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static RegistryUnavailableException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new RegistryUnavailableException("interrupted while asking the schema registry", cause);
    }

    private static String reason(@Nullable Throwable failure) {
        if (failure == null) {
            return "for no known reason";
        }
        String message = failure.getMessage();
        String name = failure.getClass().getSimpleName();
        return message == null ? name : name + " (" + message + ")";
    }
}
