package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Clicks;
import io.millrace.local.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances come, go, come back and die, and their tasks move only where and when they should. */
class MembershipIT {
    private static final long CLICKS = Long.getLong("millrace.it.clicks", 60_000L);
    private static final Map<String, String> SLOW = Map.of("POLL", CLICKS > 1_000_000 ? "4000" : "250");
    private static final String CHANGELOG = "page-stats-page_1m-changelog";
    private static final String REPARTITION = "page-stats-page_1m-repartition";
    /** Longer than the time limit of the whole test: what happens does not wait for it. */
    private static final String ENDLESS_SESSION =
            Long.toString(World.LIMIT.plusMinutes(5).toMillis());
    /** Longer than two looks of an instance at how far behind its standbys are. */
    private static final Duration CALM = Duration.ofSeconds(5);

    private static final Pattern RESTORED =
            Pattern.compile("task (1_\\d+) is at its last checkpoint: (\\d+) changelog records replayed");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void when_an_owner_is_killed_for_good_standbys_take_over_and_read_the_tail_alone() throws Exception {
        try (World world = new World(directory, false)) {
            world.writeClicks(CLICKS / 2);
            Running first = start(world, "state-1", Map.of("STANDBYS", "1"));
            Running second = start(world, "state-2", Map.of("STANDBYS", "1"));
            // Two of four tasks with state move to the second, and each follows the other's two.
            awaitCalm(
                    world,
                    CLICKS / 2,
                    () -> first.metric("millrace_standbys") == 2
                            && second.metric("millrace_standbys") == 2
                            && first.metric("millrace_standby_lag_records") == 0
                            && second.metric("millrace_standby_lag_records") == 0);
            Map<Integer, Long> followed = changes(world);

            world.writeClicks(CLICKS / 2, CLICKS - CLICKS / 2);
            world.awaitProgress(0.6 + 0.2 * world.random.nextDouble(), CLICKS, first.process);
            int before = second.process.output().length();
            first.process.kill();
            Map<Integer, Long> written = changes(world);
            awaitCommitted(world, CLICKS);

            Map<Integer, Long> replayed = restored(second.process.output().substring(before));
            assertThat(replayed).as(world::logs).hasSize(2);
            replayed.forEach((partition, records) -> {
                long followedBefore = followed.getOrDefault(partition, 0L);
                assertThat(followedBefore).as("changes followed").isPositive();
                assertThat(records)
                        .as("records replayed of partition %d, seed %d", partition, world.seed)
                        .isLessThanOrEqualTo(written.getOrDefault(partition, 0L) - followedBefore);
            });
            second.stop(world);
            finish(world, "state-2");
            assertThat(world.logs()).doesNotContain("rebuilds its state");
        }
    }

    @Test
    void a_rolling_restart_moves_nothing_restores_nothing_and_processes_nothing_again() throws Exception {
        try (World world = new World(directory, false)) {
            Map<String, String> patient = Map.of("SESSION", ENDLESS_SESSION, "STANDBYS", "1");
            world.writeClicks(CLICKS / 2);
            Running first = start(world, "state-1", patient);
            Running second = start(world, "state-2", patient);
            awaitCalm(
                    world,
                    CLICKS / 2,
                    () -> first.metric("millrace_standbys") == 2 && second.metric("millrace_standbys") == 2);

            Running secondAgain = restart(world, second, "state-2", patient, first);
            Running firstAgain = restart(world, first, "state-1", patient, secondAgain);

            world.writeClicks(CLICKS / 2, CLICKS - CLICKS / 2);
            awaitCommitted(world, CLICKS);
            // Both have taken part.
            assertThat(firstAgain.metric("millrace_records_in_total")).isPositive();
            assertThat(secondAgain.metric("millrace_records_in_total")).isPositive();
            firstAgain.stop(world);
            secondAgain.stop(world);
            MillraceProcess last = world.start("state-1", with(patient), "--until-end");
            MillraceProcess other = world.start("state-2", with(patient), "--until-end");
            assertThat(last.exitCode(World.LIMIT)).as(world::logs).isZero();
            assertThat(other.exitCode(World.LIMIT)).as(world::logs).isZero();
            verifyOutput(world);
        }
    }

    @Test
    void an_instance_that_stops_for_good_gives_its_tasks_up_at_once() throws Exception {
        try (World world = new World(directory, false)) {
            Map<String, String> patient = Map.of("SESSION", ENDLESS_SESSION);
            world.writeClicks(CLICKS);
            Running stays = start(world, "state-1", patient);
            Running leaves = start(world, "state-2", patient, "--leave-on-stop");
            Await.until(() -> leaves.metric("millrace_tasks") > 0, World.LIMIT, world::logs);
            leaves.stop(world);
            awaitCommitted(world, CLICKS);
            assertThat(stays.metric("millrace_tasks")).as(world::logs).isEqualTo(2 * World.PARTITIONS);
            stays.process.terminate();
            assertThat(stays.process.exitCode(Duration.ofSeconds(20)))
                    .as(world::logs)
                    .isZero();
            MillraceProcess last = world.start("state-1", with(patient), "--until-end");
            assertThat(last.exitCode(World.LIMIT)).as(world::logs).isZero();
            verifyOutput(world);
        }
    }

    /** Stops an instance and starts it again on the same disk, while all that was written is processed. */
    private Running restart(
            World world, Running running, String state, Map<String, String> environment, Running neighbour)
            throws Exception {
        double tasks = running.metric("millrace_tasks");
        assertThat(tasks).isPositive();
        String neighbourSaid = membership(neighbour.process);
        running.stop(world);
        Running again = start(world, state, environment);
        Await.until(() -> again.running() == tasks, World.LIMIT, world::logs);
        assertThat(restored(again.process.output()).values())
                .as(world::logs)
                .hasSize(2)
                .containsOnly(0L);
        assertThat(again.metric("millrace_records_in_total"))
                .as("records processed again")
                .isZero();
        assertThat(membership(neighbour.process)).as(world::logs).isEqualTo(neighbourSaid);
        return again;
    }

    /** What an instance says of tasks that come and go. */
    private static String membership(MillraceProcess process) {
        return process.output()
                .lines()
                .filter(line -> line.contains(" assigned [") || line.contains(" revoked [") || line.contains(" lost ["))
                .reduce("", (all, line) -> all + line + "\n");
    }

    /** By partition of the stage with state, how many changelog records were replayed at last. */
    private static Map<Integer, Long> restored(String output) {
        Map<Integer, Long> replayed = new HashMap<>();
        Matcher matcher = RESTORED.matcher(output);
        while (matcher.find()) {
            replayed.put(Integer.parseInt(matcher.group(1).substring(2)), Long.parseLong(matcher.group(2)));
        }
        return replayed;
    }

    /** Committed records of the changelog by partition; it is not compacted within the seconds of a test. */
    private static Map<Integer, Long> changes(World world) {
        Map<Integer, Long> changes = new HashMap<>();
        Topics.readCommitted(world.brokers(), CHANGELOG)
                .forEach(record -> changes.merge(record.partition(), 1L, Long::sum));
        return changes;
    }

    /** Waits until so many clicks have gone all the way through, and {@code condition} has held for a while. */
    private static void awaitCalm(World world, long clicks, BooleanSupplier condition) {
        long[] since = {-1};
        Await.until(
                () -> {
                    if (!isThrough(world, clicks) || !condition.getAsBoolean()) {
                        since[0] = -1;
                        return false;
                    }
                    since[0] = since[0] < 0 ? System.nanoTime() : since[0];
                    return System.nanoTime() - since[0] >= CALM.toNanos();
                },
                World.LIMIT,
                world::logs);
    }

    private static void awaitCommitted(World world, long clicks) {
        Await.until(() -> isThrough(world, clicks), World.LIMIT, world::logs);
    }

    private static boolean isThrough(World world, long clicks) {
        if (world.committedInput() < clicks) {
            return false;
        }
        Map<TopicPartition, Long> ends = world.ends(REPARTITION, World.PARTITIONS, false);
        var committed = world.committed();
        return ends.entrySet().stream().allMatch(end -> {
            var offset = committed.get(end.getKey());
            return offset != null && offset.offset() >= end.getValue();
        });
    }

    private static void finish(World world, String state) throws InterruptedException {
        MillraceProcess last = world.start(state, with(Map.of()), "--until-end");
        assertThat(last.exitCode(World.LIMIT)).as(world::logs).isZero();
        verifyOutput(world);
    }

    private static void verifyOutput(World world) {
        Clicks clicks = Clicks.of(world.seed, Instant.parse("2026-03-01T00:00:00Z"), 500);
        assertThat(world.output())
                .as(world::logs)
                .containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, CLICKS));
        assertThat(world.committedInput()).isEqualTo(CLICKS);
    }

    private static Map<String, String> with(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(SLOW);
        all.putAll(environment);
        return all;
    }

    private Running start(World world, String state, Map<String, String> environment, String... options)
            throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Map<String, String> all = with(environment);
        all.put("ADMIN", Integer.toString(port));
        return new Running(world.start(state, all, options), port);
    }

    /** An instance and its meters. */
    private final class Running {
        private final MillraceProcess process;
        private final URI metrics;

        Running(MillraceProcess process, int port) {
            this.process = process;
            this.metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
        }

        /** The sum of a meter over its labels; 0 if it is not there. */
        double metric(String name) {
            return sum(name);
        }

        /** Its tasks that run. */
        double running() {
            return sum("millrace_tasks{state=\"running\"}");
        }

        private double sum(String start) {
            return scrape().lines()
                    .filter(line -> line.startsWith(start + " ") || line.startsWith(start + "{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }

        private String scrape() {
            try {
                return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                        .body();
            } catch (IOException notUpYet) {
                return "";
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** SIGTERM, and waits for a clean end. */
        void stop(World world) throws InterruptedException {
            process.terminate();
            assertThat(process.exitCode(Duration.ofSeconds(20))).as(world::logs).isZero();
        }
    }
}
