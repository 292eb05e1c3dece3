package io.millrace.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An engine of the recovery benchmark: how a process of it is started, and how its results are read. */
enum RecoveryEngine {
    MILLRACE("millrace"),
    KAFKA_STREAMS("kafka-streams");

    private static final byte[] COUNT_FIELD = "\"n\":".getBytes(US_ASCII);

    private final String label;

    RecoveryEngine(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    static RecoveryEngine of(String label) {
        for (RecoveryEngine engine : values()) {
            if (engine.label.equals(label)) {
                return engine;
            }
        }
        throw new IllegalArgumentException("there is no engine '" + label + "'; there are millrace and kafka-streams");
    }

    List<String> command(Path root, RecoveryOptions options, String brokers, String input, String output, Path state) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + options.heap(),
                "-XX:+UseG1GC",
                "-XX:+ExitOnOutOfMemoryError"));
        if (this == MILLRACE) {
            command.addAll(options.javaOptions());
            command.addAll(launched(root.resolve("processor/app/target")));
            command.addAll(List.of(
                    "io.millrace.app.Millrace",
                    "run",
                    root.resolve("benchmarks/jobs/recovery.yaml").toString()));
        } else {
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.millrace.benchmarks.peers.StreamsCounts",
                    brokers,
                    "recovery-" + label,
                    input,
                    output,
                    state.toString()));
        }
        return command;
    }

    /** As the launcher starts it: with the class data that it has made. */
    private static List<String> launched(Path target) {
        Path archive = target.resolve("launcher.jsa");
        List<String> launched = new ArrayList<>();
        if (Files.exists(archive)) {
            launched.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:disable"));
        }
        launched.addAll(List.of("-cp", target.resolve("lib") + "/*"));
        return launched;
    }

    /** The count in the value of a result. */
    int count(byte[] value) {
        if (this == KAFKA_STREAMS) {
            return (int) ByteBuffer.wrap(value).getLong();
        }
        // Texts have no quotes.
        int at = value.length - 1;
        while (!startsWith(value, at)) {
            at--;
        }
        int count = 0;
        for (int i = at + COUNT_FIELD.length; i < value.length && value[i] >= '0' && value[i] <= '9'; i++) {
            count = 10 * count + value[i] - '0';
        }
        return count;
    }

    private static boolean startsWith(byte[] value, int at) {
        for (int i = 0; i < COUNT_FIELD.length; i++) {
            if (at + i >= value.length || value[at + i] != COUNT_FIELD[i]) {
                return false;
            }
        }
        return true;
    }
}
