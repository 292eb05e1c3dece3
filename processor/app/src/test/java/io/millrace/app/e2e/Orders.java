package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the input of an {@link OrderJob}. All orders of an account are in one partition, so that there is an order in which the running
 * aggregate must count them.
 */
record Orders(long account, long branch, long amount, long tsMs) {
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
}
