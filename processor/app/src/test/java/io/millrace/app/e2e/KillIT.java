package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Clicks;
import io.millrace.local.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments loses nothing, duplicates nothing and wipes nothing. The full form, as in docs/faults.md, is this test with
 * {@code -Dmillrace.it.clicks=2000000}.
 */
class KillIT {
    private static final long CLICKS = Long.getLong("millrace.it.clicks", 300_000L);
    /** Small polls keep a short run from being over before the kill. */
    private static final Map<String, String> SLOW = Map.of("POLL", CLICKS > 1_000_000 ? "4000" : "250");

    private static final Pattern REPLAYED = Pattern.compile("(\\d+) changelog records replayed");

    @TempDir
    Path directory;

    @Test
    void three_kills_at_random_moments_change_nothing_in_the_output() throws Exception {
        try (World world = new World(directory, false)) {
            Clicks clicks = world.writeClicks(CLICKS);
            for (int kill = 0; kill < 3; kill++) {
                MillraceProcess run = world.start("state", SLOW, "--until-end");
                world.awaitProgress((kill + world.random.nextDouble()) / 3, CLICKS, run);
                run.kill();
            }
            MillraceProcess last = world.start("state", Map.of(), "--until-end");
            assertThat(last.exitCode(World.LIMIT)).as(world::logs).isZero();
            verifyOutput(world, clicks);
            assertThat(world.logs()).doesNotContain("rebuilds its state");
        }
    }

    @Test
    void one_of_two_instances_is_killed_and_the_other_takes_over() throws Exception {
        try (World world = new World(directory, false)) {
            Clicks clicks = world.writeClicks(CLICKS);
            MillraceProcess first = world.start("state-1", SLOW, "--until-end");
            MillraceProcess second = world.start("state-2", SLOW, "--until-end");
            awaitTasks(world, first);
            awaitTasks(world, second);
            world.awaitProgress(0.3 + 0.3 * world.random.nextDouble(), CLICKS, first);
            first.kill();
            assertThat(second.exitCode(World.LIMIT)).as(world::logs).isZero();
            verifyOutput(world, clicks);
        }
    }

    @Test
    void after_a_kill_only_the_tail_of_the_changelog_is_replayed() throws Exception {
        try (World world = new World(directory, false)) {
            Clicks clicks = world.writeClicks(CLICKS);
            MillraceProcess stopped = world.start("state", SLOW, "--until-end");
            world.awaitProgress(0.4, CLICKS, stopped);
            stopped.terminate();
            assertThat(stopped.exitCode(Duration.ofSeconds(20))).as(world::logs).isZero();
            long flushed = changes(world);

            MillraceProcess killed = world.start("state", SLOW, "--until-end");
            world.awaitProgress(0.6, CLICKS, killed);
            killed.kill();
            assertThat(replayed(killed))
                    .as("records replayed after a clean stop")
                    .isZero();
            long tail = changes(world) - flushed;

            MillraceProcess last = world.start("state", Map.of(), "--until-end");
            assertThat(last.exitCode(World.LIMIT)).as(world::logs).isZero();
            assertThat(replayed(last)).as("records replayed after the kill").isLessThanOrEqualTo(tail);
            assertThat(world.logs()).doesNotContain("rebuilds its state");
            verifyOutput(world, clicks);
        }
    }

    private static void awaitTasks(World world, MillraceProcess run) {
        Await.until(
                () -> run.output().contains("is at its last checkpoint"),
                World.LIMIT,
                () -> "an instance got no tasks: " + world.logs());
    }

    /** Committed records in the changelog; it is not compacted within the seconds of a test. */
    private static long changes(World world) {
        return Topics.readCommitted(world.brokers(), "page-stats-page_1m-changelog")
                .size();
    }

    private static long replayed(MillraceProcess run) {
        Matcher matcher = REPLAYED.matcher(run.output());
        long tasks = 0;
        long sum = 0;
        while (matcher.find()) {
            tasks++;
            sum += Long.parseLong(matcher.group(1));
        }
        assertThat(tasks).as("tasks that say how much they replayed").isEqualTo(2L * World.PARTITIONS);
        return sum;
    }

    private static void verifyOutput(World world, Clicks clicks) {
        assertThat(world.output())
                .as(world::logs)
                .containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, CLICKS));
        assertThat(world.committedInput())
                .as("committed offsets reach the end of the input")
                .isEqualTo(CLICKS);
        Await.until(
                () -> world.ends(PageStats.SINK, World.PARTITIONS, true)
                        .equals(world.ends(PageStats.SINK, World.PARTITIONS, false)),
                Duration.ofSeconds(30),
                () -> "a transaction hangs on the sink: " + world.logs());
    }
}
