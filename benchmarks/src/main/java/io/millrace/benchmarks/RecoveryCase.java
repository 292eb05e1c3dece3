package io.millrace.benchmarks;

import io.millrace.benchmarks.RecoveryRow.Restored;
import io.millrace.local.Directories;
import io.millrace.local.Lifeline;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One engine with its input, its output and its processes. */
final class RecoveryCase implements AutoCloseable {
    static final int PARTITIONS = 4;
    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final Pattern RESTORED =
            Pattern.compile("task (\\S+) .*?(\\d+) (?:changelog )?records (?:replayed )?in (\\d+) ms");

    private final Path root;
    private final Path directory;
    private final Broker broker;
    private final RecoveryEngine engine;
    private final RecoveryOptions options;
    private final Feed feed;
    private final OutputWatch watch;
    private final String input;
    private final String output;
    private final Map<String, Instance> instances = new HashMap<>();
    private int starts;

    /** A process, with the port that Millrace's admin server listens on. */
    private record Instance(EngineProcess process, Lifeline lifeline, int port) {}

    RecoveryCase(Path root, Path directory, Broker broker, RecoveryEngine engine, RecoveryOptions options)
            throws Exception {
        this.root = root;
        this.directory = Files.createDirectories(directory.resolve(engine.label()));
        this.broker = broker;
        this.engine = engine;
        this.options = options;
        this.input = "recovery-" + engine.label() + "-in";
        this.output = "recovery-" + engine.label() + "-out";
        broker.createTopic(input, PARTITIONS);
        broker.createTopic(output, PARTITIONS);
        this.feed = new Feed(broker.bootstrapServers(), input, new Texts(options.textBytes()), options.keys());
        this.watch = new OutputWatch(broker.bootstrapServers(), output, options.keys(), feed, engine::count);
    }

    /** Has each text counted once, then feeds on. */
    void load() throws IOException {
        long startNs = System.nanoTime();
        feed.load();
        long loadedNs = System.nanoTime();
        start("one");
        await("each text is counted", () -> watch.records() >= options.keys());
        feed.start(options.rate(), 1);
        settle();
        say(
                "%s: %,d texts written in %.1f s and counted in %.1f s; %d MB of state",
                engine.label(),
                options.keys(),
                (loadedNs - startNs) / 1e9,
                (System.nanoTime() - loadedNs) / 1e9,
                stateBytes("one") / 1_000_000);
        // What is on the disk for good lags behind by some seconds, as it always does.
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(12);
        await("some seconds have passed", () -> System.nanoTime() > untilNs);
    }

    /** SIGKILL, and the next process at once. */
    RecoveryRow restart(String what, boolean emptyDisk) throws IOException {
        Instance dying = Objects.requireNonNull(instances.remove("one"));
        long killNs = System.nanoTime();
        end(dying);
        if (emptyDisk) {
            Directories.delete(directory.resolve("one"));
        }
        long startNs = System.nanoTime();
        EngineProcess process = start("one");
        await("there is a result again", () -> first(killNs) > startNs);
        long cpuNs = process.cpuNs();
        long firstNs = first(killNs);
        settle();
        long worstNs = watch.worstNs(killNs - TimeUnit.SECONDS.toNanos(1), System.nanoTime());
        return new RecoveryRow(engine.label(), what, ms(firstNs - startNs), ms(cpuNs), ms(worstNs), restored(process));
    }

    /** Two instances with a standby for each task, of which one dies for good. */
    RecoveryRow standby(String what) throws IOException {
        start("two");
        await("both instances follow each other", this::isDoubled);
        settle();
        long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        await("some seconds have passed", () -> System.nanoTime() > untilNs);
        EngineProcess survivor = Objects.requireNonNull(instances.get("two")).process;
        long logged = Files.size(survivor.log());
        long killNs = System.nanoTime();
        end(Objects.requireNonNull(instances.remove("one")));
        long goneNs = killNs + TimeUnit.SECONDS.toNanos(15);
        await("the session has timed out", () -> System.nanoTime() > goneNs);
        settle();
        long worstNs = watch.worstNs(killNs - TimeUnit.SECONDS.toNanos(1), System.nanoTime());
        String since = Files.readString(survivor.log()).substring((int) logged);
        return new RecoveryRow(engine.label(), what, -1, -1, ms(worstNs), restored(since));
    }

    /** Ends the feeding, waits for the last results and compares all counts. */
    String verdict() throws InterruptedException {
        feed.stop();
        await("all is counted", () -> feed.unanswered() == 0);
        long wrong = 0;
        for (int number = 0; number < options.keys(); number++) {
            wrong += feed.count(number) == watch.count(number) ? 0 : 1;
        }
        return engine.label() + ": " + (wrong == 0 ? "all counts are exact" : wrong + " counts are wrong");
    }

    private EngineProcess start(String name) throws IOException {
        Path state = directory.resolve(name);
        int port = freePort();
        Map<String, String> environment = Map.of(
                "KAFKA",
                broker.bootstrapServers(),
                "JOB",
                "recovery-" + engine.label(),
                "INPUT",
                input,
                "OUTPUT",
                output,
                "STANDBYS",
                "1",
                "ADMIN",
                ":" + port,
                "STATE",
                state.toString());
        Path log = directory.resolve(++starts + "-" + name + ".log");
        EngineProcess process = EngineProcess.start(
                engine.command(root, options, broker.bootstrapServers(), input, output, state), environment, log);
        instances.put(name, new Instance(process, Lifeline.of(process.process()), port));
        return process;
    }

    private static void end(Instance instance) {
        instance.process.kill();
        instance.lifeline.close();
    }

    private long first(long killNs) {
        Long firstNs = watch.firstAfterPause(killNs);
        return firstNs == null ? Long.MIN_VALUE : firstNs;
    }

    /** Waits until results come as fast as texts are fed. */
    private void settle() {
        await("results keep up with the input", () -> feed.unanswered() < Math.max(10, options.rate() / 2));
    }

    /** Whether each task runs, and is followed. */
    private boolean isDoubled() {
        double running = 0;
        double standbys = 0;
        double lag = 0;
        for (Instance instance : instances.values()) {
            String metrics = metrics(instance.port);
            running += value(metrics, "millrace_tasks{state=\"running\"}");
            standbys += value(metrics, "millrace_standbys");
            lag += value(metrics, "millrace_standby_lag_records");
        }
        return running == 2 * PARTITIONS && standbys == PARTITIONS && lag < 5 * options.rate();
    }

    private static double value(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .sum();
    }

    private static String metrics(int port) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .build();
            return HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException starting) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private Restored restored(EngineProcess process) throws IOException {
        return restored(Files.readString(process.log()));
    }

    private Restored restored(String log) {
        Map<String, long[]> tasks = new HashMap<>();
        Matcher line = RESTORED.matcher(log);
        while (line.find()) {
            tasks.put(line.group(1), new long[] {Long.parseLong(line.group(2)), Long.parseLong(line.group(3))});
        }
        long records = tasks.values().stream().mapToLong(task -> task[0]).sum();
        long ms = tasks.values().stream().mapToLong(task -> task[1]).max().orElse(1);
        return new Restored(tasks.size(), records, records * options.textBytes(), Math.max(1, ms));
    }

    private void await(String what, BooleanSupplier reached) {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (!reached.getAsBoolean()) {
            for (Instance instance : instances.values()) {
                if (!instance.process.isAlive()) {
                    throw new IllegalStateException("an engine has ended by itself; see " + instance.process.log());
                }
            }
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("not within " + LIMIT + ": " + what + "; the logs are in " + directory);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting until " + what, e);
            }
        }
    }

    private long stateBytes(String name) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve(name))) {
            return files.mapToLong(file -> {
                        try {
                            return Files.isRegularFile(file) ? Files.size(file) : 0;
                        } catch (IOException compactedAway) {
                            return 0;
                        }
                    })
                    .sum();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static long ms(long ns) {
        return TimeUnit.NANOSECONDS.toMillis(ns);
    }

    static void say(String format, Object... args) {
        System.out.println(String.format(Locale.ROOT, format, args));
    }

    @Override
    public void close() {
        feed.close();
        watch.close();
        instances.values().forEach(RecoveryCase::end);
        // The topics stay: to delete gigabytes would keep the broker busy while the next engine is measured.
    }
}
