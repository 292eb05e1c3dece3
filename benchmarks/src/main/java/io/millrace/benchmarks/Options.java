package io.millrace.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the user wants measured.
 *
 * @param runs of each engine for each work, one engine after the other, and then again
 * @param commitMs checkpoint.interval and commit.interval.ms
 * @param keys how many auctions there are
 * @param graceMs of Kafka Streams' windows; Millrace needs none
 * @param heap of each engine's process, as in -Xmx
 */
record Options(
        long records,
        int runs,
        List<Work> works,
        List<Engine> engines,
        long commitMs,
        long keys,
        long seed,
        String heap,
        long graceMs) {
    static final String USAGE = """
            usage: benchmarks/run [options]
              --records N      input records (default 5000000)
              --runs R         runs of each engine, interleaved (default 3)
              --work a,b       a: filter and project; b: windows of 10 s (default both)
              --engines LIST   of millrace, kafka-streams, kafka-streams-final (work b only: results when windows close)
                               and loop (work a only: plain clients); default millrace,kafka-streams,loop
              --commit-ms MS   commit interval of all engines (default 1000)
              --keys K         auctions in the input, half of the bids go to 100 of them (default 10000)
              --seed S         of the input (default 1)
              --heap SIZE      heap of each engine (default 2g)
              --grace-ms MS    how long Kafka Streams' windows stay open after their end (default 4000, as far as
                               Millrace's watermark stays behind); it drops what comes later
              --quick          one run of 200000 records: shows that all works, measures nothing""";

    private static final long QUICK_RECORDS = 200_000;

    /** @throws IllegalArgumentException that says which option is wrong */
    static Options parse(String[] args) {
        Map<String, String> given = new LinkedHashMap<>();
        List<String> known =
                List.of("records", "runs", "work", "engines", "commit-ms", "keys", "seed", "heap", "grace-ms");
        for (int i = 0; i < args.length; i++) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (name.equals("quick")) {
                given.putIfAbsent("records", Long.toString(QUICK_RECORDS));
                given.putIfAbsent("runs", "1");
            } else if (known.contains(name) && i + 1 < args.length) {
                given.put(name, args[++i]);
            } else {
                throw new IllegalArgumentException("there is no option '" + args[i] + "', or it lacks its value");
            }
        }
        return new Options(
                number(given, "records", "5000000"),
                (int) number(given, "runs", "3"),
                list(given.getOrDefault("work", "a,b")).stream().map(Work::of).toList(),
                list(given.getOrDefault("engines", "millrace,kafka-streams,loop")).stream()
                        .map(Engine::of)
                        .toList(),
                number(given, "commit-ms", "1000"),
                number(given, "keys", "10000"),
                number(given, "seed", "1"),
                given.getOrDefault("heap", "2g"),
                number(given, "grace-ms", "4000"));
    }

    private static List<String> list(String text) {
        return new ArrayList<>(Arrays.asList(text.split(",", -1)));
    }

    private static long number(Map<String, String> given, String name, String fallback) {
        String text = given.getOrDefault(name, fallback);
        try {
            long number = Long.parseLong(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with the option's name.
        }
        throw new IllegalArgumentException("--" + name + " is '" + text + "', but must be a positive whole number");
    }
}
