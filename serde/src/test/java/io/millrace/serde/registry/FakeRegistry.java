package io.millrace.serde.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An HTTP server that answers as the Confluent schema registry documents it. */
final class FakeRegistry implements AutoCloseable {
    /** Status and body. */
    record Reply(int status, String body) {}

    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<String> authorizations = new CopyOnWriteArrayList<>();
    final Map<String, Reply> replies = new ConcurrentHashMap<>();
    /** Answered first, once each. */
    final Deque<Reply> next = new ArrayDeque<>();

    volatile String lastBody = "";
    volatile String lastContentType = "";
    volatile @Nullable String requiredAuthorization;
    private final HttpServer server;

    FakeRegistry() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        authorizations.add(String.valueOf(authorization));
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        lastBody = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        lastContentType = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
        Reply reply = reply(exchange, authorization);
        byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(reply.status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private synchronized Reply reply(HttpExchange exchange, @Nullable String authorization) {
        if (requiredAuthorization != null && !requiredAuthorization.equals(authorization)) {
            return new Reply(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
        }
        if (!next.isEmpty()) {
            return next.remove();
        }
        Reply reply = replies.get(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        if (reply != null) {
            return reply;
        }
        return exchange.getRequestURI().getPath().startsWith("/schemas/ids/")
                ? new Reply(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}")
                : new Reply(404, "{\"error_code\":40401,\"message\":\"Subject not found.\"}");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
