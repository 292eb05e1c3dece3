package io.millrace.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.operator.exchange.ExchangeCodec;
import io.millrace.serde.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the job has committed is what one pass over its input gives. Each event is in the first exchange once; the i-th total of a key is
 * that of its first i events in the order in which they stand there; each window that event time has passed has one result, the right one.
 */
final class OutputIsExact implements Invariant {
    private static final String OPEN = "end";

    private final SimulatedKafka kafka;

    OutputIsExact(SimulatedKafka kafka) {
        this.kafka = kafka;
    }

    @Override
    public void atEnd() {
        List<CountingJob.Event> events = new ArrayList<>();
        committed(CountingJob.EVENTS).forEach(entry -> events.add(CountingJob.Event.of(value(entry))));
        List<Row> exchanged = exchanged();
        same(
                "events in the exchange",
                events.stream().map(CountingJob.Event::id).sorted().toList(),
                exchanged.stream().map(row -> (Long) row.value(3)).sorted().toList());
        totals(exchanged);
        windows(events);
    }

    private List<Row> exchanged() {
        ExchangeCodec codec = new ExchangeCodec(CountingJob.BY_KEY.columns());
        return committed(CountingJob.BY_KEY_TOPIC).stream()
                .map(OutputIsExact::value)
                .filter(value -> !ExchangeCodec.isControl(value))
                .map(codec::decodeRow)
                .toList();
    }

    private void totals(List<Row> exchanged) {
        Map<String, List<String>> should = new TreeMap<>();
        Map<String, long[]> sums = new HashMap<>();
        for (Row row : exchanged) {
            String key = String.valueOf(row.value(0));
            long[] sum = sums.computeIfAbsent(key, absent -> new long[2]);
            sum[0]++;
            sum[1] += amount(row);
            should.computeIfAbsent(key, absent -> new ArrayList<>()).add(key + "," + sum[0] + "," + sum[1]);
        }
        Map<String, List<String>> is = new TreeMap<>();
        for (PartitionLog.Entry entry : committed(CountingJob.TOTALS)) {
            String result = new String(value(entry), UTF_8);
            is.computeIfAbsent(result.substring(0, result.indexOf(',')), absent -> new ArrayList<>())
                    .add(result);
        }
        same("keys with totals", should.keySet(), is.keySet());
        should.forEach((key, results) -> same("totals of " + key, results, is.getOrDefault(key, List.of())));
    }

    private static long amount(Row row) {
        Object amount = row.value(1);
        return amount == null ? 0 : (long) amount;
    }

    private void windows(List<CountingJob.Event> events) {
        Map<String, long[]> sums = new TreeMap<>();
        for (CountingJob.Event event : events) {
            if (!event.group().equals(OPEN)) {
                long startMs = Math.floorDiv(event.timeMs(), CountingJob.WINDOW_MS) * CountingJob.WINDOW_MS;
                long[] sum = sums.computeIfAbsent(
                        event.group() + "," + startMs + "," + (startMs + CountingJob.WINDOW_MS),
                        absent -> new long[2]);
                sum[0]++;
                sum[1] += event.amount();
            }
        }
        List<String> should = new ArrayList<>();
        sums.forEach((window, sum) -> should.add(window + "," + sum[0] + "," + sum[1]));
        List<String> is = new ArrayList<>();
        committed(CountingJob.WINDOWS).forEach(entry -> is.add(new String(value(entry), UTF_8)));
        Collections.sort(should);
        Collections.sort(is);
        same("windows", should, is);
    }

    private List<PartitionLog.Entry> committed(String topic) {
        return kafka.topic(topic).partitions().stream()
                .flatMap(log -> log.committed().stream())
                .toList();
    }

    private static byte[] value(PartitionLog.Entry entry) {
        byte[] value = entry.value();
        if (value == null) {
            throw new Violation("a record at " + entry.offset() + " has no value");
        }
        return value;
    }

    private static void same(String what, Iterable<?> should, Iterable<?> is) {
        if (!should.equals(is)) {
            List<Object> missing = new ArrayList<>();
            should.forEach(missing::add);
            List<Object> tooMany = new ArrayList<>();
            is.forEach(one -> {
                if (!missing.remove(one)) {
                    tooMany.add(one);
                }
            });
            throw new Violation("the " + what + " are not what they should be: missing " + missing + ", too many "
                    + tooMany + (missing.isEmpty() && tooMany.isEmpty() ? ", another order: " + is : ""));
        }
    }
}
