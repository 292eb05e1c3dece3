package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.wire.RandomFaults;
import io.millrace.app.wire.Rule;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three instances on three brokers, and everything goes wrong at once: processes are killed and stopped by a plan, requests are lost, answered
 * wrongly and delayed by chance, while input with aborted transactions comes in. Then all is mended, and the results must be exact. One
 * instance then ends its life on an empty disk, so that the state that it rebuilds must be right too.
 *
 * <p>Only on demand, because it takes minutes: {@code -Dmillrace.soak.minutes=1} is the short form, 30 a soak; docs/faults.md has the command.
 */
@EnabledIfSystemProperty(named = "millrace.soak.minutes", matches = "\\d+", disabledReason = "a matter of minutes")
final class ChaosIT {
    private static final long SEED = Long.getLong("millrace.it.seed", 20_261_124L);
    private static final long SOAK_MINUTES = Long.getLong("millrace.soak.minutes", 0);
    private static final long FAULTS_MS = SOAK_MINUTES == 0 ? 30_000 : SOAK_MINUTES * 60_000;
    private static final int PER_SECOND = Integer.getInteger("millrace.soak.rate", 1_000);
    private static final long LAST_ORDERS = 5_000;
    private static final OrderJob JOB = new OrderJob("chaos");
    private static final List<String> INSTANCES = List.of("a", "b", "c");
    private static final Duration LIMIT = Duration.ofMinutes(4);
    /** A rebuild is right where other instances have expired what this one still had; all others are the loss of a store. */
    private static final String REBUILDS = "rebuilds its state from the changelog";

    private static final String BY_RIGHT = "what has expired since was cut off";

    @TempDir
    Path directory;

    private final long startNs = System.nanoTime();
    private final Map<String, Integer> faults = new TreeMap<>();

    @Test
    void whatever_goes_wrong_results_are_exact_when_it_is_over() throws Exception {
        say(FAULTS_MS / 1000 + " s of faults");
        try (WiredWorld world = new WiredWorld(directory)) {
            Path job = JOB.withStandbys(world);
            // Its thread is a daemon: should this fail, it ends with the JVM.
            OrderFeed feed = new OrderFeed(world.brokers(), JOB, SEED, 0, PER_SECOND).start();
            for (String instance : INSTANCES) {
                world.start(job, instance);
            }
            awaitTasks(world);
            say("all instances have tasks, faults begin");
            world.proxy.rule(new RandomFaults(SEED));
            run(FaultPlan.of(SEED, FAULTS_MS, INSTANCES.size(), WiredWorld.BROKERS), world, job);
            world.proxy.rule(Rule.NONE);
            feed.stop();
            long next = feed.next();
            say("faults are over");
            awaitDrained(world);
            say("all orders are read");
            stop(world);
            finishOnAnEmptyDisk(world, job, next);
            say("the job has ended");
            judge(world);
        }
    }

    private void say(String what) {
        System.err.printf(
                Locale.ROOT,
                "chaos, seed %d, after %d s: %s%n",
                SEED,
                (System.nanoTime() - startNs) / 1_000_000_000,
                what);
    }

    private void run(FaultPlan plan, WiredWorld world, Path job) throws Exception {
        long startNs = System.nanoTime();
        for (FaultPlan.Event event : plan.events()) {
            awaitTime(startNs + event.atMs() * 1_000_000);
            act(event, world, job);
            if (event.act().isFault()) {
                faults.merge(event.act().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        awaitTime(startNs + FAULTS_MS * 1_000_000);
        for (int i = 0; i < WiredWorld.BROKERS; i++) {
            world.cluster.broker(i).awaitReady();
        }
    }

    private static void awaitTime(long atNs) {
        for (long leftNs = atNs - System.nanoTime(); leftNs > 0; leftNs = atNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    private static void act(FaultPlan.Event event, WiredWorld world, Path job) throws Exception {
        int target = event.target();
        switch (event.act()) {
            case KILL_INSTANCE -> alive(world, target).kill();
            case START_INSTANCE -> world.start(job, INSTANCES.get(target));
            case PAUSE_INSTANCE -> alive(world, target).pause();
            case RESUME_INSTANCE -> alive(world, target).resume();
            case KILL_BROKER -> world.cluster.broker(target).kill();
            case START_BROKER -> world.cluster.broker(target).begin();
            case PAUSE_BROKER -> world.cluster.broker(target).pause();
            case RESUME_BROKER -> world.cluster.broker(target).resume();
            case KILL_ALL_BROKERS -> {
                for (int i = 0; i < WiredWorld.BROKERS; i++) {
                    world.cluster.broker(i).kill();
                }
            }
            case START_ALL_BROKERS -> {
                for (int i = 0; i < WiredWorld.BROKERS; i++) {
                    world.cluster.broker(i).begin();
                }
            }
            case BREAK_ALL_CONNECTIONS -> world.proxy.breakAll();
        }
    }

    private static MillraceProcess alive(WiredWorld world, int target) {
        MillraceProcess instance = world.instance(INSTANCES.get(target));
        assertThat(instance.isAlive())
                .as(() -> "no fault ends an instance, seed " + SEED + ":\n" + instance.output())
                .isTrue();
        return instance;
    }

    private static void awaitTasks(WiredWorld world) {
        for (String instance : INSTANCES) {
            Await.until(
                    () -> world.instance(instance).output().contains("is at its last checkpoint"),
                    LIMIT,
                    () -> "an instance got no tasks: " + world.logs());
        }
    }

    private static void awaitDrained(WiredWorld world) {
        Await.until(
                () -> unread(world, JOB.source()).isEmpty(),
                LIMIT,
                () -> "not all is read " + LIMIT + " after the last fault, seed " + SEED + ": "
                        + unread(world, JOB.source()) + "\n" + world.logs());
        for (int i = 0; i < INSTANCES.size(); i++) {
            alive(world, i);
        }
    }

    /** Partitions whose end is not committed, with how far it is. */
    private static Set<String> unread(WiredWorld world, String topic) {
        Map<TopicPartition, OffsetAndMetadata> committed = world.offsets.committed(JOB.name());
        return world.offsets.ends(topic, Orders.PARTITIONS, false).entrySet().stream()
                .filter(end -> !committed.containsKey(end.getKey())
                        || committed.get(end.getKey()).offset() < end.getValue())
                .map(end ->
                        end.getKey() + " ends at " + end.getValue() + ", committed is " + committed.get(end.getKey()))
                .collect(Collectors.toSet());
    }

    private static void stop(WiredWorld world) throws Exception {
        for (String instance : INSTANCES) {
            world.instance(instance).terminate();
        }
        for (String instance : INSTANCES) {
            assertThat(world.instance(instance).exitCode(Duration.ofSeconds(20)))
                    .as(world::logs)
                    .isZero();
        }
    }

    /** Two go on where they were, one as if its disk had been lost; the last orders show whether all state is right. */
    private static void finishOnAnEmptyDisk(WiredWorld world, Path job, long next) throws Exception {
        new OrderFeed(world.brokers(), JOB, SEED, next, PER_SECOND).write(LAST_ORDERS);
        List<String> last = List.of("a", "b", "empty");
        for (String instance : last) {
            world.start(job, instance, "--until-end");
        }
        for (String instance : last) {
            assertThat(world.instance(instance).exitCode(LIMIT)).as(world::logs).isZero();
        }
    }

    private void judge(WiredWorld world) {
        OrderOracle.Verdict verdict = OrderOracle.judge(world.brokers(), JOB);
        Set<String> hanging = world.hanging();
        List<String> wiped = world.outputs().stream()
                .flatMap(String::lines)
                .filter(line -> line.contains(REBUILDS) && !line.contains(BY_RIGHT))
                .toList();
        String report = "chaos, seed " + SEED + ":\n  processes: " + faults + "\n  wire: " + world.proxy.faults()
                + "\n  orders " + verdict.inputs() + ", results checked " + verdict.checked() + ": lost "
                + verdict.lost() + ", duplicated " + verdict.duplicated() + ", wrong " + verdict.wrong()
                + "; transactions hanging " + hanging.size() + ", stores wiped " + wiped.size();
        System.err.println(report);
        assertThat(faults).as(report).isNotEmpty();
        assertThat(world.proxy.faults()).as(report).isNotEmpty();
        assertThat(verdict.inputs()).as(report).isGreaterThan(LAST_ORDERS);
        assertThat(verdict.examples()).as(() -> report + "\n" + world.logs()).isEmpty();
        assertThat(verdict.isExact()).as(report).isTrue();
        assertThat(hanging).as(() -> report + "\n" + world.logs()).isEmpty();
        assertThat(unread(world, JOB.source())).as(report).isEmpty();
        assertThat(wiped).as(report).isEmpty();
    }
}
