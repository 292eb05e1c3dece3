package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.local.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What an {@link OrderJob} must give, from the committed records of its source in one pass, against what its sinks hold. */
final class OrderOracle {
    private static final int MAX_EXAMPLES = 20;
    private static final long SEEN = -1;
    private static final Pattern TOTAL = Pattern.compile("\\{\"account\":(\\d+),\"orders\":(\\d+),\"total\":(\\d+)}");

    /** By account: the total after each of its orders. */
    private final Map<Long, Totals> totals = new HashMap<>();

    private final Map<Bucket, Long> accountWindows = new HashMap<>();
    /** The results, each with the end of its window, or {@link #SEEN}. */
    private final Map<String, Long> branches = new HashMap<>();
    /** By partition of the source, the latest event time. */
    private final Map<Integer, Long> latestMs = new HashMap<>();

    private final List<String> examples = new ArrayList<>();
    private long inputs;
    private long checked;
    private long lost;
    private long duplicated;
    private long wrong;

    private record Bucket(long account, long branch, long startMs) {}

    /**
     * What was found.
     *
     * @param inputs committed orders
     * @param checked committed results
     * @param lost results that are missing
     * @param duplicated results that are there more than once
     * @param wrong results that no order explains
     * @param examples some of what is wrong
     */
    record Verdict(long inputs, long checked, long lost, long duplicated, long wrong, List<String> examples) {
        boolean isExact() {
            return lost == 0 && duplicated == 0 && wrong == 0;
        }
    }

    private OrderOracle() {}

    /** Once the job has ended and all its windows are closed. */
    static Verdict judge(String bootstrapServers, OrderJob job) {
        return judge(bootstrapServers, job, false);
    }

    /** While the job runs and has read all its input: windows that may still be open are not missed. */
    static Verdict judgeSoFar(String bootstrapServers, OrderJob job) {
        return judge(bootstrapServers, job, true);
    }

    private static Verdict judge(String bootstrapServers, OrderJob job, boolean isRunning) {
        OrderOracle oracle = new OrderOracle();
        Topics.forEachCommitted(bootstrapServers, job.source(), oracle::order);
        oracle.sumUpBranches();
        Topics.forEachCommitted(bootstrapServers, job.totals(), oracle::total);
        Topics.forEachCommitted(bootstrapServers, job.branches(), oracle::branch);
        return oracle.verdict(isRunning ? oracle.openMs() : Long.MAX_VALUE);
    }

    /** Windows that end before this are closed. */
    private long openMs() {
        return Collections.min(latestMs.values()) - OrderJob.LAG_MS;
    }

    private void order(ConsumerRecord<byte[], byte[]> record) {
        Orders order = Orders.of(record);
        latestMs.merge(record.partition(), order.tsMs(), Math::max);
        inputs++;
        totals.computeIfAbsent(order.account(), account -> new Totals()).add(order.amount());
        long startMs = Math.floorDiv(order.tsMs(), Orders.WINDOW_MS) * Orders.WINDOW_MS;
        accountWindows.merge(
                new Bucket(order.account(), order.branch(), startMs), (1L << 48) + order.amount(), Long::sum);
    }

    private void sumUpBranches() {
        Map<Long, Map<Long, long[]>> sums = new TreeMap<>();
        accountWindows.forEach((bucket, packed) -> {
            long minuteMs = Math.floorDiv(bucket.startMs(), Orders.MINUTE_MS) * Orders.MINUTE_MS;
            long[] sum = sums.computeIfAbsent(minuteMs, minute -> new HashMap<>())
                    .computeIfAbsent(bucket.branch(), branch -> new long[3]);
            sum[0]++;
            sum[1] += packed >>> 48;
            sum[2] += packed & ((1L << 48) - 1);
        });
        accountWindows.clear();
        sums.forEach((startMs, ofMinute) -> ofMinute.forEach((branch, sum) -> branches.put(
                "{\"branch\":" + branch + ",\"window_start\":\"" + instant(startMs) + "\",\"window_end\":\""
                        + instant(startMs + Orders.MINUTE_MS) + "\",\"accounts\":" + sum[0] + ",\"orders\":" + sum[1]
                        + ",\"total\":" + sum[2] + "}",
                startMs + Orders.MINUTE_MS)));
    }

    private static String instant(long ms) {
        return Instant.ofEpochMilli(ms).toString().replace("Z", ".000Z");
    }

    /** The i-th result of an account is what its first i orders give. */
    private void total(ConsumerRecord<byte[], byte[]> record) {
        checked++;
        String value = new String(record.value(), UTF_8);
        Matcher matcher = TOTAL.matcher(value);
        if (!matcher.matches()) {
            wrong++;
            note("unexpected", record, value);
            return;
        }
        Totals of = totals.computeIfAbsent(Long.parseLong(matcher.group(1)), account -> new Totals());
        int number = Integer.parseInt(matcher.group(2));
        if (number > of.size() || of.after(number) != Long.parseLong(matcher.group(3))) {
            wrong++;
            note("wrong", record, value);
        } else if (number <= of.seen) {
            duplicated++;
            note("duplicate after " + of.seen, record, value);
        } else {
            if (number > of.seen + 1) {
                lost += number - of.seen - 1;
                note("gap after " + of.seen, record, value);
            }
            of.seen = number;
        }
    }

    private void branch(ConsumerRecord<byte[], byte[]> record) {
        checked++;
        String value = new String(record.value(), UTF_8);
        Long endMs = branches.get(value);
        if (endMs == null) {
            wrong++;
            note("wrong", record, value);
        } else if (endMs == SEEN) {
            duplicated++;
            note("duplicate", record, value);
        } else {
            branches.put(value, SEEN);
        }
    }

    /** @param openMs windows that end later need not be there */
    private Verdict verdict(long openMs) {
        totals.forEach((account, of) -> {
            lost += of.size() - of.seen;
            if (of.seen < of.size()) {
                note("lost: account " + account + " has " + of.seen + " results for " + of.size() + " orders");
            }
        });
        Set<String> missing = new HashSet<>();
        branches.forEach((value, endMs) -> {
            if (endMs != SEEN && endMs < openMs) {
                missing.add(value);
            }
        });
        lost += missing.size();
        missing.forEach(value -> note("lost: " + value));
        return new Verdict(inputs, checked, lost, duplicated, wrong, List.copyOf(examples));
    }

    private void note(String what, ConsumerRecord<byte[], byte[]> record, String value) {
        note(what + ": " + record.topic() + "-" + record.partition() + "@" + record.offset() + " " + value);
    }

    private void note(String example) {
        if (examples.size() < MAX_EXAMPLES) {
            examples.add(example);
        }
    }

    private static final class Totals {
        private long[] sums = new long[4];
        private int size;
        private int seen;

        void add(long amount) {
            if (size == sums.length) {
                sums = Arrays.copyOf(sums, 2 * size);
            }
            sums[size] = amount + (size == 0 ? 0 : sums[size - 1]);
            size++;
        }

        int size() {
            return size;
        }

        /** After so many orders, at least one. */
        long after(int orders) {
            return orders == 0 ? 0 : sums[orders - 1];
        }
    }
}
