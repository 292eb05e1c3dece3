package io.millrace.benchmarks;

import io.millrace.benchmarks.peers.PeerArguments;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An engine, and how one process of it is started: the same Java, the same heap, the same collector for all. */
enum Engine {
    MILLRACE("millrace"),
    /** Writes a window's result with each update that its cache lets through: its default, and its cheaper way. */
    KAFKA_STREAMS("kafka-streams"),
    /** Writes a window's result once, when it closes. */
    KAFKA_STREAMS_FINAL("kafka-streams-final"),
    /** A loop over plain clients: the floor under work a. */
    LOOP("loop");

    private static final int THREADS = 2;

    private final String label;

    Engine(String label) {
        this.label = label;
    }

    /**
     * One run of one engine.
     *
     * @param name consumer group and prefix of the run's topics
     * @param directory its state and its log
     */
    record Run(
            String bootstrapServers,
            Work work,
            String name,
            String input,
            String output,
            long commitMs,
            String heap,
            long graceMs,
            Path root,
            Path directory) {}

    String label() {
        return label;
    }

    boolean does(Work work) {
        return switch (this) {
            case MILLRACE, KAFKA_STREAMS -> true;
            case KAFKA_STREAMS_FINAL -> work == Work.B;
            case LOOP -> work == Work.A;
        };
    }

    /** Whether its process ends when the input does; else it is stopped. */
    boolean ends() {
        return this == MILLRACE;
    }

    List<String> command(Run run) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms" + run.heap(),
                "-Xmx" + run.heap(),
                "-XX:+UseG1GC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp"));
        command.addAll(
                switch (this) {
                    case MILLRACE -> millrace(run);
                    case KAFKA_STREAMS -> peer("StreamsPeer", run, false);
                    case KAFKA_STREAMS_FINAL -> peer("StreamsPeer", run, true);
                    case LOOP -> peer("LoopPeer", run, false);
                });
        return command;
    }

    /** What the process finds in its environment besides this process's own. */
    Map<String, String> environment(Run run) {
        return this != MILLRACE
                ? Map.of()
                : Map.of(
                        "KAFKA", run.bootstrapServers(),
                        "JOB", run.name(),
                        "INPUT", run.input(),
                        "OUTPUT", run.output(),
                        "COMMIT", run.commitMs() + "ms",
                        "STATE", run.directory().resolve("state").toString());
    }

    static Engine of(String label) {
        for (Engine engine : values()) {
            if (engine.label.equals(label)) {
                return engine;
            }
        }
        throw new IllegalArgumentException(
                "there is no engine '" + label + "'; there are millrace, kafka-streams, kafka-streams-final and loop");
    }

    private static List<String> millrace(Run run) {
        List<String> millrace = new ArrayList<>(millrace(run.root(), run.work().letter()));
        millrace.add("--until-end");
        return millrace;
    }

    /** What comes behind Java's own options to run one of the jobs in {@code benchmarks/jobs}: class path, main class and arguments. */
    static List<String> millrace(Path root, String job) {
        Path target = root.resolve("processor/app/target");
        String classPath = target.resolve("classes") + File.pathSeparator + target.resolve("lib") + "/*";
        return List.of(
                classPath,
                "io.millrace.app.Millrace",
                "run",
                root.resolve("benchmarks/jobs/" + job + ".yaml").toString());
    }

    private static List<String> peer(String mainClass, Run run, boolean finalResults) {
        List<String> peer = new ArrayList<>(
                List.of(System.getProperty("java.class.path"), PeerArguments.class.getPackageName() + "." + mainClass));
        peer.addAll(new PeerArguments(
                        run.bootstrapServers(),
                        run.work().letter(),
                        run.name(),
                        run.input(),
                        run.output(),
                        run.commitMs(),
                        THREADS,
                        run.directory().resolve("state"),
                        finalResults,
                        run.graceMs())
                .toArguments());
        return peer;
    }
}
