package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * An {@link OrderJob} in a world that other tests use before and after: orders come in from the first instance's start on, a test breaks what it
 * likes meanwhile, and {@link #finish} judges.
 */
final class OrderRun implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(60);
    /** What a container engine gives a process to end, and something for a busy machine. */
    static final Duration GRACE = Duration.ofSeconds(12);

    static final String HAS_TASKS = "is at its last checkpoint";
    private static final String REBUILDS = "rebuilds its state from the changelog";
    private static final Pattern STARTED = Pattern.compile("starts as instance (\\S+),");
    private static final long SEED = Long.getLong("millrace.it.seed", 20_261_125L);
    private static final int PER_SECOND = 1_000;
    private static final long LAST_ORDERS = 1_000;
    /** So many orders come after all that each window is closed that had been open during the fault. */
    private static final long LEFT_OUT = 17_000;

    private final List<MillraceProcess> running = new ArrayList<>();
    private OrderFeed feed;
    final WiredWorld world;
    final OrderJob job;
    final Path file;

    OrderRun(WiredWorld world, String name) throws IOException {
        this(world, name, Map.of());
    }

    /** @param kafka the job's Kafka properties where they are not those of {@link OrderJob} */
    OrderRun(WiredWorld world, String name, Map<String, String> kafka) throws IOException {
        this.world = world;
        this.job = new OrderJob(name);
        this.file = job.in(world, kafka);
        this.feed = feed(0).start();
    }

    private OrderFeed feed(long first) {
        return new OrderFeed(world.brokers(), job, SEED, first, PER_SECOND);
    }

    /** Starts an instance and waits until it has brought tasks to their last checkpoint and has committed. */
    MillraceProcess start(String instance, String... options) {
        MillraceProcess process = begin(instance, options);
        await(process, HAS_TASKS);
        awaitProgress();
        return process;
    }

    /** Starts an instance. */
    MillraceProcess begin(String instance, String... options) {
        return begin(instance, List.of(), options);
    }

    /** Likewise, with flags for its JVM. */
    MillraceProcess begin(String instance, List<String> flags, String... options) {
        MillraceProcess process = world.start(file, job.name() + "-" + instance, flags, options);
        running.add(process);
        return process;
    }

    /** Waits until an instance has printed this. */
    void await(MillraceProcess process, String text) {
        await(process, text, 0);
    }

    /** Likewise, behind so many characters. */
    void await(MillraceProcess process, String text, int from) {
        Await.until(
                () -> process.output().substring(from).contains(text),
                LIMIT,
                () -> "an instance did not say \"" + text + "\", seed " + SEED + ":\n" + logs());
    }

    /** Waits until more orders are committed than now. */
    void awaitProgress() {
        long before = committedOrders();
        Await.until(
                () -> committedOrders() > before,
                LIMIT,
                () -> "no order is committed any more, seed " + SEED + ":\n" + logs());
    }

    /** How many orders, and markers between them, are behind the committed offsets. */
    long committedOrders() {
        return world.offsets.committed(job.name()).entrySet().stream()
                .filter(offset -> offset.getKey().topic().equals(job.source()))
                .mapToLong(offset -> offset.getValue().offset())
                .sum();
    }

    /** Ends the instances, which all must be running: results are exact, nothing hangs, no state was thrown away. */
    void finish() throws InterruptedException {
        judge();
        for (MillraceProcess process : running) {
            process.terminate();
        }
        for (MillraceProcess process : running) {
            assertThat(process.exitCode(GRACE)).as(this::logs).isZero();
        }
        Await.until(
                () -> world.hanging(job.name()).isEmpty(),
                LIMIT,
                () -> "transactions hang: " + world.hanging(job.name()) + ", seed " + SEED + "\n" + logs());
        assertThat(unread()).as(this::logs).isEmpty();
        assertThat(logs()).doesNotContain(REBUILDS);
    }

    /** Closes all windows that were open, and waits until all results are there: none lost, none double, none wrong. */
    void judge() throws InterruptedException {
        feed.stop();
        feed = feed(feed.next() + LEFT_OUT);
        feed.write(LAST_ORDERS);
        Await.until(
                () -> unread().isEmpty(),
                LIMIT,
                () -> "not all is read, seed " + SEED + ": " + unread() + "\n" + logs());
        AtomicReference<OrderOracle.Verdict> last = new AtomicReference<>();
        Await.until(
                () -> {
                    OrderOracle.Verdict now = judgeSoFar();
                    last.set(now);
                    return now.isExact() || now.duplicated() + now.wrong() > 0;
                },
                LIMIT,
                () -> "results are missing, seed " + SEED + ": " + last + "\n" + logs());
        OrderOracle.Verdict verdict = Objects.requireNonNull(last.get());
        assertThat(verdict.isExact())
                .as(() -> "seed " + SEED + ": " + verdict + "\n" + logs())
                .isTrue();
        assertThat(verdict.inputs()).isGreaterThan(LAST_ORDERS);
        for (MillraceProcess process : running) {
            assertThat(process.isAlive()).as(this::logs).isTrue();
        }
    }

    private OrderOracle.Verdict judgeSoFar() {
        return OrderOracle.judgeSoFar(world.brokers(), job);
    }

    /** What its workers are called in the group, in transactions and by the brokers, up to their numbers. */
    String clientId(MillraceProcess process) {
        Matcher started = STARTED.matcher(process.output());
        if (!started.find()) {
            throw new AssertionError("an instance has not said who it is:\n" + process.output());
        }
        return job.name() + "-" + started.group(1) + "-";
    }

    /** How many orders, and markers between them, are not read and committed yet. */
    long lag() {
        return world.offsets.ends(job.source(), Orders.PARTITIONS, true).values().stream()
                        .mapToLong(Long::longValue)
                        .sum()
                - committedOrders();
    }

    /** It has ended, as it should; another one of this name may take its place. */
    void gone(MillraceProcess process) {
        running.remove(process);
    }

    /** Partitions, of the source and between stages, that are not committed up to their ends. */
    private Set<String> unread() {
        Map<TopicPartition, OffsetAndMetadata> committed = world.offsets.committed(job.name());
        Set<String> topics =
                committed.keySet().stream().map(TopicPartition::topic).collect(Collectors.toCollection(TreeSet::new));
        topics.add(job.source());
        Map<TopicPartition, Long> ends = new HashMap<>();
        topics.forEach(topic -> ends.putAll(world.offsets.ends(topic, Orders.PARTITIONS, false)));
        return ends.entrySet().stream()
                .filter(end -> !committed.containsKey(end.getKey())
                        || committed.get(end.getKey()).offset() < end.getValue())
                .map(end ->
                        end.getKey() + " ends at " + end.getValue() + ", committed is " + committed.get(end.getKey()))
                .collect(Collectors.toSet());
    }

    /** What all instances of all tests so far have printed. */
    String logs() {
        return world.logs();
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        try {
            feed.stop();
            for (MillraceProcess process : running) {
                if (process.isAlive()) {
                    process.resume();
                    process.kill();
                }
            }
        } catch (InterruptedException e) {
            // The world kills its processes when it is closed.
            Thread.currentThread().interrupt();
        }
    }
}
