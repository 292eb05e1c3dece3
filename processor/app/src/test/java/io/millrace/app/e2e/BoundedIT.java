package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Clicks;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code run --until-end} on a real broker: which records are in it, whatever the log's end looks like, and when it is over, job-wide. */
class BoundedIT {
    private static final long CLICKS = 100_000;
    private static final long FEWER = 20_000;
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    /** Behind all clicks: a window of its own. */
    private static final Instant LATER = START.plus(Duration.ofDays(1));

    /** Small polls keep a short run from being over before the kill. */
    private static final Map<String, String> SLOW = Map.of("POLL", "250");

    /** More than a start takes on a busy machine. */
    private static final Duration AT_ONCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void records_that_come_after_the_start_are_not_in_it_also_after_a_kill() throws Exception {
        try (World world = new World(directory, false);
                SourceWriter plain = SourceWriter.plain(world)) {
            Clicks clicks = world.writeClicks(CLICKS);
            MillraceProcess run = world.start("state", SLOW, "--until-end");
            world.awaitProgress(0.1, CLICKS, run);
            Set<TopicPartition> all =
                    world.ends(PageStats.SOURCE, World.PARTITIONS, false).keySet();
            Await.until(() -> world.committed().keySet().containsAll(all), World.LIMIT, world::logs);
            for (int partition = 0; partition < World.PARTITIONS; partition++) {
                plain.click(partition, LATER);
            }
            run.kill();
            assertThat(world.committedInput()).as("killed in the middle").isLessThan(CLICKS);
            // On another machine: what is frozen must not be on the disk of the first.
            MillraceProcess last = world.start("another-state", Map.of(), "--until-end");
            assertThat(last.exitCode(World.LIMIT)).as(world::logs).isZero();
            assertThat(world.output())
                    .as(world::logs)
                    .containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, CLICKS));
            assertThat(world.committedInput()).isEqualTo(CLICKS);
        }
    }

    @Test
    void all_instances_exit_with_0_when_the_job_is_finished_and_a_finished_job_at_once_without_a_word()
            throws Exception {
        try (World world = new World(directory, false)) {
            Clicks clicks = world.writeClicks(FEWER);
            MillraceProcess first = world.start("state-1", SLOW, "--until-end");
            MillraceProcess second = world.start("state-2", SLOW, "--until-end");
            assertThat(first.exitCode(World.LIMIT)).as(world::logs).isZero();
            assertThat(second.exitCode(World.LIMIT)).as(world::logs).isZero();
            List<String> expected = PageStats.expected(clicks, FEWER);
            assertThat(world.output()).as(world::logs).containsExactlyInAnyOrderElementsOf(expected);

            world.writeClicks(FEWER, 1_000);
            Map<?, ?> ends = world.ends(PageStats.SINK, World.PARTITIONS, false);
            MillraceProcess again = world.start("state-1", Map.of(), "--until-end");
            assertThat(again.exitCode(AT_ONCE)).as(world::logs).isZero();
            assertThat(world.ends(PageStats.SINK, World.PARTITIONS, false))
                    .as("not even a transaction marker more")
                    .isEqualTo(ends);

            MillraceProcess unbounded = world.start("state-1", Map.of());
            assertThat(unbounded.exitCode(AT_ONCE)).as(world::logs).isEqualTo(1);
            assertThat(unbounded.output()).contains("its time is over");
        }
    }

    @Test
    void an_empty_source_is_an_end_without_results() throws Exception {
        try (World world = new World(directory, false)) {
            MillraceProcess run = world.start("state", Map.of(), "--until-end");
            assertThat(run.exitCode(AT_ONCE)).as(world::logs).isZero();
            assertThat(world.output()).isEmpty();
        }
    }

    @Test
    void aborted_and_open_transactions_at_the_end_of_the_log_are_not_in_it_and_do_not_keep_it_from_ending()
            throws Exception {
        try (World world = new World(directory, false);
                SourceWriter plain = SourceWriter.plain(world);
                SourceWriter aborting = SourceWriter.transactional(world, "aborting");
                SourceWriter open = SourceWriter.transactional(world, "open")) {
            // Partition 0 ends in an aborted batch, 1 in an open transaction with committed records behind it; of 2
            // everything was
            // aborted; 3 is empty.
            plain.click(0, START);
            plain.click(1, START);
            aborting.begin();
            aborting.click(0, START);
            aborting.click(2, START);
            aborting.abort();
            open.begin();
            open.click(1, START);
            plain.click(1, START);
            MillraceProcess run = world.start("state", Map.of(), "--until-end");
            assertThat(run.exitCode(AT_ONCE)).as(world::logs).isZero();
            assertThat(world.output()).hasSize(1);
            assertThat(world.output().get(0)).contains("\"views\":2,");
            open.commit();
            MillraceProcess again = world.start("state", Map.of(), "--until-end");
            assertThat(again.exitCode(AT_ONCE)).as(world::logs).isZero();
            assertThat(world.output()).hasSize(1);
        }
    }

    @Test
    void an_instance_does_not_exit_with_0_because_its_own_part_is_done_while_another_has_failed() throws Exception {
        try (World world = new World(directory, false);
                SourceWriter plain = SourceWriter.plain(world)) {
            for (int partition = 0; partition < World.PARTITIONS; partition++) {
                plain.click(partition, START);
            }
            plain.garbage(2);
            MillraceProcess first = world.start("state-1", Map.of(), "--until-end");
            MillraceProcess second = world.start("state-2", Map.of(), "--until-end");
            assertThat(first.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(second.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(first.output()).contains("clicks-2@1");
            assertThat(second.output()).contains("clicks-2@1");
            assertThat(world.output())
                    .as("no window closes behind what has failed")
                    .isEmpty();
        }
    }
}
