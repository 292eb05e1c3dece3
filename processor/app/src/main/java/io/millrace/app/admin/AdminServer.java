package io.millrace.app.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.runtime.InstanceStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET} of
 *
 * <ul>
 *   <li>{@code /livez}: 200 unless the job has failed for good, then 503: restart me
 *   <li>{@code /readyz}: 200 when every task runs, else 503 with the reasons as JSON
 *   <li>{@code /metrics}: Prometheus text
 *   <li>{@code /status}: what the instance is doing, as JSON
 * </ul>
 *
 * on its own daemon threads. It is open to everyone who reaches the port, so it shows no secret and changes nothing.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
    private static final String JSON = "application/json";
    /** A client that sends nothing holds a thread; with these, for seconds only. */
    private static final Map<String, String> LIMITS_SECONDS =
            Map.of("sun.net.httpserver.maxReqTime", "5", "sun.net.httpserver.maxRspTime", "10");

    private static final int THREADS = 4;
    private static final int BACKLOG = 16;

    private final HttpServer server;
    private final ExecutorService threads;

    private AdminServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Starts a server.
     *
     * @param listen {@code host:port}; without a host the loopback address; port 0 for any free one
     * @param status asked anew for each request
     * @throws IOException if the port cannot be had; the message names it
     */
    public static AdminServer start(String listen, Supplier<InstanceStatus> status, PrometheusMeterRegistry metrics)
            throws IOException {
        LIMITS_SECONDS.forEach((name, limit) -> System.getProperties().putIfAbsent(name, limit));
        HttpServer server = bind(listen);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, AdminServer::thread);
        server.setExecutor(threads);
        serve(server, "/livez", () -> live(status.get()));
        serve(server, "/readyz", () -> ready(status.get()));
        serve(server, "/metrics", () -> new Answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
        serve(server, "/status", () -> new Answer(200, JSON, StatusJson.of(status.get())));
        server.createContext("/", exchange -> answer(exchange, new Answer(404, "text/plain", "not found\n")));
        server.start();
        AdminServer admin = new AdminServer(server, threads);
        log.info("admin server at http://{}", admin.address());
        return admin;
    }

    /** Where it listens, as {@code host:port}. */
    public String address() {
        InetSocketAddress address = server.getAddress();
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static HttpServer bind(String listen) throws IOException {
        int colon = listen.lastIndexOf(':');
        String host = listen.substring(0, colon);
        int port = Integer.parseInt(listen.substring(colon + 1));
        InetAddress address = host.isEmpty() ? InetAddress.getLoopbackAddress() : InetAddress.getByName(host);
        try {
            return HttpServer.create(new InetSocketAddress(address, port), BACKLOG);
        } catch (IOException e) {
            throw new IOException("the admin server cannot listen at " + listen + ": " + e.getMessage(), e);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "millrace-admin");
        thread.setDaemon(true);
        return thread;
    }

    private static Answer live(InstanceStatus status) {
        return health(status.live(), status.live() ? List.of() : List.of("the job has failed; its log says why"));
    }

    private static Answer ready(InstanceStatus status) {
        return health(status.ready(), status.reasons());
    }

    private static Answer health(boolean ok, List<String> reasons) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("ok", ok);
        body.put("reasons", reasons);
        return new Answer(ok ? 200 : 503, JSON, Json.write(body));
    }

    private static void serve(HttpServer server, String path, Supplier<Answer> handler) {
        server.createContext(path, exchange -> {
            if (!exchange.getRequestURI().getPath().equals(path)) {
                answer(exchange, new Answer(404, "text/plain", "not found\n"));
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                answer(exchange, new Answer(405, "text/plain", "only GET\n"));
            } else {
                answer(exchange, handler.get());
            }
        });
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        try (exchange) {
            byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type);
            exchange.sendResponseHeaders(answer.code, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private record Answer(int code, String type, String body) {}
}
