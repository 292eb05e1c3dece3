package io.millrace.app.e2e;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The job that faults are tried on: a running aggregate behind one exchange, windows behind it, and windows of windows behind another. Its group
 * and all its topics have its name, so that several can live on one cluster.
 */
record OrderJob(String name) {
    /** How long windows wait for what comes late. */
    static final long LAG_MS = 2_000;

    /** Time-outs that are short against those of brokers and instances, so that all kinds of recovery are seen within a minute. */
    private static final Map<String, String> KAFKA = Map.of(
            "bootstrap.servers", "${KAFKA}",
            "request.timeout.ms", "4000",
            "admin.default.api.timeout.ms", "5000",
            "consumer.session.timeout.ms", "6000",
            "consumer.heartbeat.interval.ms", "500",
            "producer.max.block.ms", "8000",
            "producer.delivery.timeout.ms", "8000",
            "producer.transaction.timeout.ms", "10000");

    private static final String YAML = """
            job: NAME
            kafka:
            PROPERTIES
            sources:
              orders:
                topic: NAME-orders
                schema: {account: BIGINT, branch: BIGINT, amount: BIGINT, ts: BIGINT}
                event.time: ts
                # However long a fault lasts, silence of a partition is never a reason to be late.
                watermark: {lag: 2s, idle: 1d, drift: 1d}
            steps:
              - from: orders
              - aggregate: {name: so_far, by: account, values: {orders: COUNT(*), total: SUM(amount)}}
              - to: totals
              - from: orders
              - aggregate:
                  name: per_account
                  by: [account, branch]
                  window: {tumbling: 10s}
                  values: {orders: COUNT(*), total: SUM(amount)}
              - aggregate:
                  name: per_branch
                  by: branch
                  window: {tumbling: 1m}
                  values: {accounts: COUNT(*), orders: SUM(orders), total: SUM(total)}
              - to: branches
            sinks:
              totals: {topic: NAME-totals, key: account}
              branches: {topic: NAME-branches}
            runtime:
              standbys: STANDBYS
              checkpoint.interval: 100ms
              state: {dir: '${STATE}', memory: 64MB}
              admin: {listen: '127.0.0.1:0'}
            """;

    String source() {
        return name + "-orders";
    }

    String totals() {
        return name + "-totals";
    }

    String branches() {
        return name + "-branches";
    }

    /** Makes its file and topics; each task has a standby. */
    Path withStandbys(WiredWorld world) throws IOException {
        return in(world, Map.of(), 1);
    }

    /** Likewise without standbys, with other Kafka properties. */
    Path in(WiredWorld world, Map<String, String> kafka) throws IOException {
        return in(world, kafka, 0);
    }

    private Path in(WiredWorld world, Map<String, String> kafka, int standbys) throws IOException {
        world.createTopic(source(), Orders.PARTITIONS);
        world.createTopic(totals(), Orders.PARTITIONS);
        world.createTopic(branches(), Orders.PARTITIONS);
        Map<String, String> properties = new TreeMap<>(KAFKA);
        properties.putAll(kafka);
        String lines = properties.entrySet().stream()
                .map(property -> "  " + property.getKey() + ": " + property.getValue())
                .collect(Collectors.joining("\n"));
        return world.write(
                name,
                YAML.replace("NAME", name).replace("PROPERTIES", lines).replace("STANDBYS", String.valueOf(standbys)));
    }
}
