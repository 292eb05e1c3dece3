package io.millrace.benchmarks;

import io.millrace.benchmarks.bids.BidTopic;
import io.millrace.benchmarks.bids.Bids;
import io.millrace.benchmarks.bids.Oracle;
import io.millrace.local.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * The question: how many processor seconds does an engine's process take per million input records, and how many records a
 * second does it do, with the broker on the same machine? All engines read the same topic, exactly-once, with two threads and
 * the same commit interval. Start it with {@code benchmarks/run}.
 *
 * <p>It is read catch-up: the whole input is there when the engine starts. An engine's events/s is therefore what the machine
 * gives to it and the broker together, and its CPU the steadier figure. Compiling and collecting garbage are part of it; the first
 * {@link SpanMeter#WARM_UP_PERCENT} percent of the input are not.
 */
final class SideBySide {
    private static final int PARTITIONS = 4;
    private static final String INPUT = "bids";

    private final Options options;
    private final Path root;
    private final Path directory;
    private final Broker broker;
    private final Bids bids;
    private final JsonLines lines;

    private SideBySide(Options options, Path root, Path directory, Broker broker, Instant startedAt) {
        this.options = options;
        this.root = root;
        this.directory = directory;
        this.broker = broker;
        this.bids = new Bids(options.seed(), firstEventMs(options, startedAt), options.records(), options.keys());
        this.lines = new JsonLines(root.resolve("benchmarks/target/results.jsonl"), startedAt.toString(), options);
    }

    /** @param args see {@link Options#USAGE}; the system property millrace.root is the checkout */
    public static void main(String[] args) throws Exception {
        if (List.of(args).contains("--help")) {
            System.out.println(Options.USAGE);
            return;
        }
        Options options;
        try {
            options = Options.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println("benchmarks: " + e.getMessage());
            System.err.println(Options.USAGE);
            System.exit(64);
            return;
        }
        Path root = Path.of(System.getProperty("millrace.root", ".")).toAbsolutePath();
        Path target = Files.createDirectories(root.resolve("benchmarks/target"));
        Path directory = Files.createTempDirectory(target, "side-by-side-");
        try (Broker broker = Broker.start(directory.resolve("broker"))) {
            new SideBySide(options, root, directory, broker, Instant.now()).run();
        } catch (IllegalStateException e) {
            System.err.println("benchmarks: " + e.getMessage());
            System.exit(1);
        }
        // Only after success: the logs in it are what a failure is explained with.
        Directories.delete(directory);
    }

    /** So that no event lies in the future, and windows start where they would for any other run. */
    private static long firstEventMs(Options options, Instant now) {
        long startMs =
                now.minusSeconds(options.records() / Bids.PER_SECOND + 60).toEpochMilli();
        return startMs - Math.floorMod(startMs, 10_000L);
    }

    private void run() throws ExecutionException, InterruptedException, IOException {
        writeInput();
        Map<Work, Oracle> oracles = new EnumMap<>(Work.class);
        for (Work work : options.works()) {
            say("work %s: %s", work.letter(), work.description());
            oracles.put(work, work.oracle(bids));
        }
        List<Result> results = new ArrayList<>();
        for (int run = 1; run <= options.runs(); run++) {
            for (Map.Entry<Work, Oracle> entry : oracles.entrySet()) {
                for (Engine engine : options.engines()) {
                    if (engine.does(entry.getKey())) {
                        Result result = run(entry.getKey(), engine, run, entry.getValue());
                        tell(result);
                        lines.add(result);
                        results.add(result);
                    }
                }
            }
        }
        System.out.println();
        System.out.println("minimum/median/maximum of " + options.runs() + " runs; commit interval "
                + options.commitMs() + " ms; the factor is the CPU's median over Millrace's");
        System.out.print(Report.table(options.works(), options.engines(), results));
    }

    private void writeInput() throws ExecutionException, InterruptedException {
        broker.createTopic(INPUT, PARTITIONS);
        say("writing %,d bids, seed %d …", options.records(), options.seed());
        long bytes = BidTopic.write(broker.bootstrapServers(), INPUT, PARTITIONS, bids);
        // Reading it once also warms up what the broker reads with, so that the first engine has no disadvantage.
        long count = broker.readCommitted(INPUT, value -> {});
        if (count != options.records()) {
            throw new IllegalStateException("the input has " + count + " records instead of " + options.records());
        }
        say("input: %,d records of %d bytes in %d partitions", count, bytes / count, PARTITIONS);
    }

    private Result run(Work work, Engine engine, int number, Oracle oracle)
            throws ExecutionException, InterruptedException, IOException {
        String name = engine.label() + "-" + work.letter() + "-" + number;
        String output = name + "-out";
        broker.createTopic(output, PARTITIONS);
        Engine.Run run = new Engine.Run(
                broker.bootstrapServers(),
                work,
                name,
                INPUT,
                output,
                options.commitMs(),
                options.heap(),
                options.graceMs(),
                root,
                Files.createDirectories(directory.resolve(name)));
        SpanMeter meter = new SpanMeter(broker.admin(), broker.process(), INPUT, options.records(), options.commitMs());
        Span span;
        try (EngineProcess process = EngineProcess.start(
                engine.command(run), engine.environment(run), run.directory().resolve("log.txt"))) {
            span = meter.measure(engine, process, name);
        }
        Oracle.Check check = oracle.check();
        broker.readCommitted(output, check::accept);
        Result result = new Result(work, engine, number, span, check.verdict());
        broker.deleteTopics(name);
        return result;
    }

    private static void tell(Result result) {
        Span span = result.span();
        say(
                "run %d, work %s, %s: %,.0f events/s, %.2f CPU s per M events (%.2f with start-up), broker %.2f%s; output %s",
                result.run(),
                result.work().letter(),
                result.engine().label(),
                span.eventsPerSecond(),
                span.cpuSecondsPerMillion(),
                span.wholeCpuSecondsPerMillion(),
                span.brokerCpuSecondsPerMillion(),
                span.warm() ? "" : " [too few records to leave the warm-up out]",
                result.verdict().text());
    }

    private static void say(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }
}
