package io.millrace.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the user wants measured.
 *
 * @param keys how many texts there are; each is counted once before anything is measured
 * @param textBytes length of each
 * @param rate texts a second that are fed while it is measured
 * @param kills how often Millrace is killed and started again on the same disk; Kafka Streams is once
 */
record RecoveryOptions(
        int keys,
        int textBytes,
        int rate,
        int kills,
        List<RecoveryEngine> engines,
        String heap,
        List<String> javaOptions) {
    static final String USAGE = """
            usage: benchmarks/recovery [options]
              --keys N          distinct texts, each counted once before anything is measured (default 5000000)
              --text-bytes B    length of a text (default 150)
              --rate R          texts a second that are fed while it is measured (default 2000)
              --kills K         restarts of Millrace after SIGKILL on the same disk (default 3)
              --engines LIST    of millrace and kafka-streams (default both)
              --heap SIZE       of each engine's process (default 2g)
              --java-options S  more options for Millrace's Java, separated by blanks
              --quick           200000 texts, one restart: shows that all works, measures nothing""";

    static RecoveryOptions parse(String[] args) {
        Map<String, String> given = new LinkedHashMap<>();
        List<String> known = List.of("keys", "text-bytes", "rate", "kills", "engines", "heap", "java-options");
        for (int i = 0; i < args.length; i++) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (name.equals("quick")) {
                given.putIfAbsent("keys", "200000");
                given.putIfAbsent("kills", "1");
            } else if (known.contains(name) && i + 1 < args.length) {
                given.put(name, args[++i]);
            } else {
                throw new IllegalArgumentException("there is no option '" + args[i] + "', or it lacks its value");
            }
        }
        return new RecoveryOptions(
                number(given, "keys", "5000000"),
                number(given, "text-bytes", "150"),
                number(given, "rate", "2000"),
                number(given, "kills", "3"),
                List.of(given.getOrDefault("engines", "millrace,kafka-streams").split(",", -1)).stream()
                        .map(RecoveryEngine::of)
                        .toList(),
                given.getOrDefault("heap", "2g"),
                given.containsKey("java-options")
                        ? List.of(given.get("java-options").trim().split(" +"))
                        : List.of());
    }

    private static int number(Map<String, String> given, String name, String fallback) {
        String text = given.getOrDefault(name, fallback);
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with the option's name.
        }
        throw new IllegalArgumentException("--" + name + " is '" + text + "', but must be a positive whole number");
    }
}
