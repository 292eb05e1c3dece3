package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The job that faults are tried on: a running aggregate behind one exchange, windows behind it, and windows of windows behind another. And one
 * record of its input.
 *
 * <p>All orders of an account are in one partition, so that there is an order in which the running aggregate must count them.
 */
record Orders(long account, long branch, long amount, long tsMs) {
    static final String JOB = "chaos";
    static final String SOURCE = "orders";
    static final String TOTALS = "totals";
    static final String BRANCHES = "branches";
    static final int PARTITIONS = 5;
    static final long ACCOUNTS = 20_000;
    static final long BRANCH_COUNT = 37;
    static final long WINDOW_MS = 10_000;
    static final long MINUTE_MS = 60_000;
    private static final long FIRST_MS = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();
    private static final long STEP_MS = 4;
    private static final int DISORDER_MS = 1_900;
    private static final Pattern JSON =
            Pattern.compile("\\{\"account\":(\\d+),\"branch\":(\\d+),\"amount\":(\\d+),\"ts\":(\\d+)}");

    /** Time-outs that are short against those of brokers and instances, so that all kinds of recovery are seen within a minute. */
    private static final String YAML = """
            job: chaos
            kafka:
              bootstrap.servers: ${KAFKA}
              request.timeout.ms: 4000
              admin.default.api.timeout.ms: 5000
              consumer.session.timeout.ms: 6000
              consumer.heartbeat.interval.ms: 500
              producer.max.block.ms: 8000
              producer.delivery.timeout.ms: 8000
              producer.transaction.timeout.ms: 10000
            sources:
              orders:
                topic: orders
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
              totals: {topic: totals, key: account}
              branches: {topic: branches}
            runtime:
              checkpoint.interval: 100ms
              state: {dir: '${STATE}', memory: 64MB}
              admin: {listen: '127.0.0.1:0'}
            """;

    /** The {@code index}-th order. */
    static Orders at(long seed, long index) {
        Random random = new Random(seed * 1_000_003 + index);
        long account = random.nextLong(ACCOUNTS);
        return new Orders(
                account,
                account % BRANCH_COUNT,
                1 + random.nextInt(1000),
                FIRST_MS + index * STEP_MS - random.nextInt(DISORDER_MS));
    }

    static Orders of(ConsumerRecord<byte[], byte[]> record) {
        String value = new String(record.value(), UTF_8);
        Matcher matcher = JSON.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalStateException("not an order: " + value);
        }
        return new Orders(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                Long.parseLong(matcher.group(4)));
    }

    int partition() {
        return (int) (account % PARTITIONS);
    }

    String json() {
        return "{\"account\":" + account + ",\"branch\":" + branch + ",\"amount\":" + amount + ",\"ts\":" + tsMs + "}";
    }

    /** The job's file and topics. */
    static Path in(WiredWorld world) throws IOException {
        world.createTopic(SOURCE, PARTITIONS);
        world.createTopic(TOTALS, PARTITIONS);
        world.createTopic(BRANCHES, PARTITIONS);
        return world.write(JOB, YAML);
    }
}
