package io.millrace.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several {@link ChildBroker}s that are one cluster: each is broker and controller, every topic has up to three replicas, of which two must have
 * a record before it counts. Any broker may be killed, stopped in its tracks and started again, also all of them.
 *
 * <p>Clients reach a broker in two ways: at its own port, and through its {@link Wire}, behind which a test puts what it likes. Whoever
 * bootstraps by one way stays on it. Not thread-safe.
 */
public final class ChildCluster implements AutoCloseable {
    private static final int HEAP_MB = 256;
    private static final String DIRECT = "PLAINTEXT";
    private static final String WIRED = "WIRED";

    private final List<ChildBroker> brokers;
    private final List<Wire> wires;

    /**
     * The way round to one broker.
     *
     * @param clientPort what the broker tells clients to connect to; nobody listens there yet
     * @param brokerPort where the broker listens for them
     */
    public record Wire(int clientPort, int brokerPort) {}

    private ChildCluster(List<ChildBroker> brokers, List<Wire> wires) {
        this.brokers = List.copyOf(brokers);
        this.wires = List.copyOf(wires);
    }

    /**
     * Starts a cluster and returns when clients can connect to all brokers.
     *
     * @param directory where the brokers' directories and logs are made
     * @param overrides broker properties in Kafka's words that go before the ones set here
     */
    public static ChildCluster start(Path directory, int size, Map<String, String> overrides) {
        List<Integer> ports = Ports.free(4 * size);
        List<Integer> controllers = ports.subList(3 * size, 4 * size);
        List<ChildBroker> brokers = new ArrayList<>();
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int port = ports.get(i);
            Wire wire = new Wire(ports.get(size + i), ports.get(2 * size + i));
            Map<String, String> config = replicated(size);
            config.putAll(addresses(i, port, wire, controllers));
            config.putAll(overrides);
            brokers.add(new ChildBroker(directory.resolve("broker-" + i), port, HEAP_MB, config));
            wires.add(wire);
        }
        ChildCluster cluster = new ChildCluster(brokers, wires);
        try {
            cluster.startAll();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private static Map<String, String> replicated(int size) {
        String replicas = Integer.toString(Math.min(3, size));
        String mustHave = Integer.toString(Math.min(2, size));
        return new HashMap<>(Map.of(
                "default.replication.factor", replicas,
                "min.insync.replicas", mustHave,
                "offsets.topic.replication.factor", replicas,
                "transaction.state.log.replication.factor", replicas,
                "transaction.state.log.min.isr", mustHave,
                "share.coordinator.state.topic.replication.factor", replicas,
                "share.coordinator.state.topic.min.isr", mustHave,
                "controlled.shutdown.enable", "true",
                // Leaders go back soon after a broker has, which moves coordinators too.
                "leader.imbalance.check.interval.seconds", "5"));
    }

    private static Map<String, String> addresses(int index, int port, Wire wire, List<Integer> controllers) {
        String voters = IntStream.range(0, controllers.size())
                .mapToObj(i -> (i + 1) + "@" + BrokerConfig.HOST + ":" + controllers.get(i))
                .collect(Collectors.joining(","));
        return Map.of(
                "node.id",
                Integer.toString(index + 1),
                "listeners",
                address(DIRECT, port) + "," + address(WIRED, wire.brokerPort()) + ","
                        + address(BrokerConfig.CONTROLLER_LISTENER, controllers.get(index)),
                "advertised.listeners",
                address(DIRECT, port) + "," + address(WIRED, wire.clientPort()),
                "listener.security.protocol.map",
                DIRECT + ":PLAINTEXT," + WIRED + ":PLAINTEXT," + BrokerConfig.CONTROLLER_LISTENER + ":PLAINTEXT",
                "controller.quorum.voters",
                voters);
    }

    private static String address(String listener, int port) {
        return listener + "://" + BrokerConfig.HOST + ":" + port;
    }

    /** Starts all brokers that do not run; returns when clients can connect to them. */
    public void startAll() {
        List<ChildBroker> down =
                brokers.stream().filter(broker -> !broker.isRunning()).toList();
        down.forEach(ChildBroker::begin);
        down.forEach(ChildBroker::awaitReady);
    }

    public int size() {
        return brokers.size();
    }

    /** One of the brokers, by its place from 0 on; its number in Kafka is one more. */
    public ChildBroker broker(int index) {
        return brokers.get(index);
    }

    /** The ways round, in the brokers' order. */
    public List<Wire> wires() {
        return wires;
    }

    /** What clients need as {@code bootstrap.servers} to reach the brokers themselves. */
    public String bootstrapServers() {
        return brokers.stream().map(ChildBroker::bootstrapServers).collect(Collectors.joining(","));
    }

    /** What clients need as {@code bootstrap.servers} to stay on the wires. */
    public String wiredBootstrapServers() {
        return wires.stream()
                .map(wire -> BrokerConfig.HOST + ":" + wire.clientPort())
                .collect(Collectors.joining(","));
    }

    /** Kills all that runs. */
    @Override
    public void close() {
        brokers.stream().filter(ChildBroker::isRunning).forEach(ChildBroker::kill);
    }
}
