package io.millrace.app.e2e;

import io.millrace.local.ChildBroker;
import io.millrace.local.ClickProducer;
import io.millrace.local.Clicks;
import io.millrace.local.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A broker in its own JVM with the job's topics, the job's file, and the processes that run it. */
final class World implements AutoCloseable {
    static final int PARTITIONS = 4;
    static final Duration LIMIT = Duration.ofMinutes(Long.getLong("millrace.it.limit.minutes", 4));

    private final Path directory;
    private final ChildBroker broker;
    private final Path job;
    private final List<MillraceProcess> processes = new ArrayList<>();
    private final Admin admin;
    private final Offsets offsets;
    /** How the clicks come out of order, and when kills happen; printed with every failure. */
    final long seed = Long.getLong("millrace.it.seed", 20_261_123L);

    final Random random = new Random(seed);

    World(Path directory, boolean tolerateErrors) throws IOException {
        this(directory, PageStats.job(tolerateErrors));
    }

    /** @param job a form of {@link PageStats#JOB} */
    World(Path directory, String job) throws IOException {
        this.directory = directory;
        this.broker = ChildBroker.start(directory.resolve("broker"), Map.of("num.partitions", "1"));
        this.admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        this.offsets = new Offsets(admin);
        Topics.create(broker.bootstrapServers(), PageStats.SOURCE, PARTITIONS);
        // Results carry their event time, which lies months back: a topic with the default retention would delete them.
        Topics.create(broker.bootstrapServers(), PageStats.SINK, PARTITIONS, Map.of("retention.ms", "-1"));
        Topics.create(broker.bootstrapServers(), PageStats.DEAD_LETTERS, 1);
        this.job = Files.writeString(directory.resolve("page-stats.yaml"), job);
    }

    ChildBroker broker() {
        return broker;
    }

    String brokers() {
        return broker.bootstrapServers();
    }

    /** Writes the first {@code count} clicks. */
    Clicks writeClicks(long count) {
        return writeClicks(0, count);
    }

    /** Writes {@code count} clicks from index {@code from} on. */
    Clicks writeClicks(long from, long count) {
        Clicks clicks = Clicks.of(seed, Instant.parse("2026-03-01T00:00:00Z"), 500);
        try (ClickProducer producer = new ClickProducer(brokers(), PageStats.SOURCE, clicks)) {
            producer.send(from, from + count);
        }
        return clicks;
    }

    /**
     * Starts an instance.
     *
     * @param state which state directory; the same name is the same directory
     */
    MillraceProcess start(String state, Map<String, String> environment, String... options) {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("KAFKA", brokers());
        all.put("STATE", directory.resolve(state).toString());
        MillraceProcess process =
                MillraceProcess.start(directory.resolve("run-" + processes.size() + ".log"), job, all, options);
        processes.add(process);
        return process;
    }

    /** Waits until the job has committed so much of the source's records. */
    void awaitProgress(double fraction, long total, MillraceProcess runner) {
        Await.until(
                () -> committedInput() >= fraction * total || !runner.isAlive(),
                LIMIT,
                () -> "only " + committedInput() + " of " + total + " clicks are committed, seed " + seed + ":\n"
                        + runner.output());
    }

    /** The sum of the committed offsets of the source's partitions. */
    long committedInput() {
        return committed().entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals(PageStats.SOURCE))
                .mapToLong(entry -> entry.getValue().offset())
                .sum();
    }

    Map<TopicPartition, OffsetAndMetadata> committed() {
        return offsets.committed("page-stats");
    }

    /** Waits until there is nothing left to read and nothing left to commit, in the source nor between the job's stages. */
    void awaitRest() {
        Await.until(this::isAtRest, LIMIT, this::logs);
    }

    private boolean isAtRest() {
        Map<TopicPartition, OffsetAndMetadata> committed = committed();
        Set<String> topics =
                committed.keySet().stream().map(TopicPartition::topic).collect(Collectors.toSet());
        return topics.size() == 2
                && topics.stream()
                        .flatMap(topic -> ends(topic, PARTITIONS, false).entrySet().stream())
                        .allMatch(end -> committed.containsKey(end.getKey())
                                && committed.get(end.getKey()).offset() == end.getValue());
    }

    /** As {@link Offsets#ends}. */
    Map<TopicPartition, Long> ends(String topic, int partitions, boolean committed) {
        return offsets.ends(topic, partitions, committed);
    }

    /** As {@link Offsets#beginnings}. */
    Map<TopicPartition, Long> beginnings(String topic, int partitions) {
        return offsets.beginnings(topic, partitions);
    }

    List<String> output() {
        return PageStats.values(Topics.readCommitted(brokers(), PageStats.SINK));
    }

    /** Every process's output, for failures. */
    String logs() {
        return "seed " + seed + "\n"
                + processes.stream().map(MillraceProcess::output).collect(Collectors.joining("\n---- next process\n"));
    }

    @Override
    public void close() {
        processes.forEach(MillraceProcess::close);
        admin.close();
        broker.close();
    }
}
