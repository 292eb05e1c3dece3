package io.millrace.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker of one combined KRaft node in this process, reachable on the loopback address only, and alone unless its
 * overrides make it one of several. Topics are not created automatically; internal topics have one replica and few partitions. Up in 2 to 4 seconds. Closing it takes its data along only
 * where the directory was its own.
 */
public final class LocalBroker implements AutoCloseable {
    /** What {@link #main} prints to stdout, followed by host:port, once clients can connect. */
    static final String READY = "broker ready at ";

    private final Path directory;
    private final boolean temporary;
    private final int port;
    private final KafkaRaftServer server;

    private LocalBroker(Path directory, boolean temporary, int port, KafkaRaftServer server) {
        this.directory = directory;
        this.temporary = temporary;
        this.port = port;
        this.server = server;
    }

    /** Starts a broker on a free port with its data in a temporary directory, which {@link #close} removes. */
    public static LocalBroker start() {
        return start(Directories.temporary("millrace-broker-"), true, Ports.free(), Map.of());
    }

    /**
     * Starts a broker on what an earlier one left in {@code directory}, or on nothing.
     *
     * @param port 0 for a free one
     * @param overrides broker properties in Kafka's words that go before the ones set here
     */
    public static LocalBroker start(Path directory, int port, Map<String, String> overrides) {
        return start(directory, false, port == 0 ? Ports.free() : port, overrides);
    }

    private static LocalBroker start(Path directory, boolean temporary, int port, Map<String, String> overrides) {
        Properties config = BrokerConfig.of(directory, port, Ports.free(), overrides);
        format(directory, config);
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(config), Time.SYSTEM);
        server.startup();
        return new LocalBroker(directory, temporary, port, server);
    }

    private static void format(Path directory, Properties config) {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(Integer.parseInt(config.getProperty("node.id")))
                    .setClusterId(clusterId(config))
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setControllerListenerName(BrokerConfig.CONTROLLER_LISTENER)
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .run();
        } catch (Exception e) {
            throw new IllegalStateException("cannot prepare " + directory + " for a broker: " + e.getMessage(), e);
        }
    }

    /** The same for all nodes that vote for each other, and another for every other cluster. */
    private static String clusterId(Properties config) {
        String voters = config.getProperty("controller.quorum.voters");
        UUID id = UUID.nameUUIDFromBytes(voters.getBytes(StandardCharsets.UTF_8));
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()).toString();
    }

    /** What clients need as {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Stops the broker cleanly; returns when it has stopped. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        if (temporary) {
            Directories.delete(directory);
        }
    }

    /**
     * Runs a broker until stdin ends or the process is told to stop: a parent that dies takes it along.
     *
     * @param args the directory, the port, and {@code name=value} for each override
     */
    public static void main(String[] args) throws IOException {
        Map<String, String> overrides = new LinkedHashMap<>();
        for (int i = 2; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            overrides.put(args[i].substring(0, equals), args[i].substring(equals + 1));
        }
        try (LocalBroker broker = start(Path.of(args[0]), Integer.parseInt(args[1]), overrides)) {
            System.out.println(READY + broker.bootstrapServers());
            System.out.flush();
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
