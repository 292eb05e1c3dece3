package io.millrace.app.wire;

import io.millrace.local.ChildCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The wires to all brokers of a cluster. A {@link Rule}, which may be changed at any time, decides what happens to each request of those who
 * bootstrap at {@link ChildCluster#wiredBootstrapServers}. A broker that is down is one that breaks each connection.
 */
public final class WireProxy implements AutoCloseable {
    private static final int CONNECT_TIMEOUT_MS = 2_000;

    private final List<ServerSocket> listeners = new ArrayList<>();
    private final Set<WireConnection> connections = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> faults = new ConcurrentSkipListMap<>();
    private volatile Rule rule = Rule.NONE;
    private volatile boolean open = true;

    private WireProxy() {}

    /** Listens on all wires of a cluster. */
    public static WireProxy of(ChildCluster cluster) {
        WireProxy proxy = new WireProxy();
        for (int i = 0; i < cluster.size(); i++) {
            proxy.listen(i, cluster.wires().get(i));
        }
        return proxy;
    }

    /** From the next request on. */
    public void rule(Rule next) {
        rule = next;
    }

    /** How many requests met which fault so far, by kind and request. */
    public Map<String, Long> faults() {
        Map<String, Long> counts = new TreeMap<>();
        faults.forEach((kind, count) -> counts.put(kind, count.sum()));
        return counts;
    }

    /** Breaks all connections at once. */
    public void breakAll() {
        connections.forEach(WireConnection::close);
    }

    boolean isOpen() {
        return open;
    }

    Fate fate(WireRequest request) {
        Fate fate = rule.fate(request);
        if (!(fate instanceof Fate.Forward)) {
            faults.computeIfAbsent(request.api().name + " " + fate.kind(), kind -> new LongAdder())
                    .increment();
        }
        return fate;
    }

    void ended(WireConnection connection) {
        connections.remove(connection);
    }

    private void listen(int number, ChildCluster.Wire wire) {
        try {
            ServerSocket listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wire.clientPort()));
            listeners.add(listener);
            daemon("wire-" + number, () -> accept(number, listener, wire.brokerPort()));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot listen on port " + wire.clientPort() + ": " + e.getMessage(), e);
        }
    }

    private void accept(int number, ServerSocket listener, int brokerPort) {
        while (open) {
            try {
                Socket client = listener.accept();
                // Beside this thread: a stopped broker's queue may be full, and connecting then takes its time.
                daemon("wire-" + number + "-requests", () -> connect(number, client, brokerPort));
            } catch (IOException e) {
                // The listener was closed, or the client has gone already.
            }
        }
    }

    private void connect(int number, Socket client, int brokerPort) {
        Socket broker = new Socket();
        try {
            broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), brokerPort), CONNECT_TIMEOUT_MS);
            WireConnection connection = new WireConnection(this, number, client, broker);
            connections.add(connection);
            daemon("wire-" + number + "-responses", connection::carryResponses);
            connection.carryRequests();
        } catch (IOException down) {
            closeBoth(client, broker);
        }
    }

    private static void closeBoth(Socket client, Socket broker) {
        try {
            client.close();
            broker.close();
        } catch (IOException gone) {
            // what was wanted
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops listening and breaks all connections. */
    @Override
    public void close() {
        open = false;
        for (ServerSocket listener : listeners) {
            try {
                listener.close();
            } catch (IOException gone) {
                // what was wanted
            }
        }
        breakAll();
    }
}
