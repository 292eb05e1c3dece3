package io.millrace.benchmarks;

import io.millrace.local.Directories;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long are there no results after a SIGKILL? A running count over many keys, by Millrace and by Kafka Streams one after the other, on one
 * broker. Start it with {@code benchmarks/recovery}.
 */
final class Recovery {
    private Recovery() {}

    /** @param args see {@link RecoveryOptions#USAGE}; the system property millrace.root is the checkout */
    public static void main(String[] args) throws Exception {
        if (List.of(args).contains("--help")) {
            System.out.println(RecoveryOptions.USAGE);
            return;
        }
        RecoveryOptions options;
        try {
            options = RecoveryOptions.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + RecoveryOptions.USAGE);
            System.exit(2);
            return;
        }
        Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
        Path target = Files.createDirectories(root.resolve("benchmarks/target"));
        Path directory = Files.createTempDirectory(target, "recovery-");
        List<RecoveryRow> rows = new ArrayList<>();
        List<String> verdicts = new ArrayList<>();
        try (Broker broker = Broker.start(directory.resolve("broker"))) {
            for (RecoveryEngine engine : options.engines()) {
                try (RecoveryCase one = new RecoveryCase(root, directory, broker, engine, options)) {
                    one.load();
                    measure(one, engine, options, rows);
                    verdicts.add(one.verdict());
                }
            }
        }
        System.out.println();
        System.out.println(RecoveryRow.HEAD);
        rows.forEach(System.out::println);
        System.out.println();
        verdicts.forEach(System.out::println);
        Directories.delete(directory);
    }

    private static void measure(
            RecoveryCase one, RecoveryEngine engine, RecoveryOptions options, List<RecoveryRow> rows) throws Exception {
        if (engine == RecoveryEngine.KAFKA_STREAMS) {
            add(rows, one.restart("restart on the same disk", false));
            return;
        }
        for (int kill = 1; kill <= options.kills(); kill++) {
            add(rows, one.restart("restart on the same disk, " + kill, false));
        }
        add(rows, one.restart("restart on an empty disk", true));
        add(rows, one.standby("one of two dies for good"));
    }

    private static void add(List<RecoveryRow> rows, RecoveryRow row) {
        rows.add(row);
        // Whoever waits sees something.
        System.out.println(row);
    }
}
