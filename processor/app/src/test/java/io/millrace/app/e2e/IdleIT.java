package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions without records, on a real broker: they hold windows back until they are idle, and a restart does not forget that they are. */
class IdleIT {
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Pattern RESULT =
            Pattern.compile("\"window_start\":\"([^\"]+)\",\"window_end\":\"[^\"]+\",\"views\":(\\d+)");
    private static final String JOB =
            PageStats.job(false).replace("watermark: {lag: 5s}", "watermark: {lag: 5s, idle: '${IDLE}'}");
    private static final Map<String, String> IDLE_SOON = Map.of("IDLE", "2s");
    /** A run with this closes no window behind a partition that it does not know to be idle from the run before. */
    private static final Map<String, String> IDLE_NEVER = Map.of("IDLE", "1h");

    @TempDir
    Path directory;

    @Test
    void silent_partitions_hold_windows_back_until_they_are_idle_and_stay_idle_over_kills() throws Exception {
        try (World world = new World(directory, JOB);
                SourceWriter source = SourceWriter.plain(world)) {
            // Partition 1 falls silent, 2 and 3 have never had a record.
            source.click(1, at(20));
            MillraceProcess run = world.start("state", IDLE_SOON);
            awaitWindow(world, source, 0);
            awaitStatus(world, ChannelStatus.IDLE, 1, 2, 3);
            run.kill();
            run = world.start("state", IDLE_NEVER);
            awaitWindow(world, source, 1);
            run.kill();
            world.start("state", IDLE_NEVER);
            awaitWindow(world, source, 2);
            assertThat(views(world, 0)).as("the click of the silent partition is in it").isGreaterThan(1);
        }
    }

    @Test
    void a_job_that_is_killed_while_all_is_idle_goes_on_with_the_first_partition_that_wakes() throws Exception {
        try (World world = new World(directory, JOB);
                SourceWriter source = SourceWriter.plain(world)) {
            source.click(0, at(70));
            source.click(1, at(20));
            MillraceProcess run = world.start("state", IDLE_SOON);
            Await.until(() -> views(world, 0) == 1, World.LIMIT, world::logs);
            awaitStatus(world, ChannelStatus.IDLE, 0, 1, 2, 3);
            run.kill();
            world.start("state", IDLE_NEVER);
            source.click(2, at(130));
            Await.until(() -> views(world, 1) == 1, World.LIMIT, world::logs);
            awaitStatus(world, ChannelStatus.ACTIVE, 2);
            awaitStatus(world, ChannelStatus.IDLE, 0, 1, 3);
        }
    }

    @Test
    void a_broker_that_does_not_answer_makes_no_partition_idle() throws Exception {
        try (World world = new World(directory, JOB);
                SourceWriter source = SourceWriter.plain(world)) {
            MillraceProcess run = world.start("state", Map.of("IDLE", "4s"));
            Await.until(() -> run.output().contains("task 1_3 is at"), World.LIMIT, world::logs);
            source.click(0, at(70));
            for (int partition = 1; partition < World.PARTITIONS; partition++) {
                source.click(partition, at(20));
            }
            Await.until(() -> world.committedInput() == World.PARTITIONS, World.LIMIT, world::logs);
            world.broker().pause();
            // An outage has to last: longer than idle, shorter than the session time-out.
            TimeUnit.SECONDS.sleep(5);
            world.broker().resume();
            source.click(1, at(30));
            Await.until(() -> views(world, 0) > 0, World.LIMIT, world::logs);
            assertThat(views(world, 0)).as(world::logs).isEqualTo(World.PARTITIONS);
        }
    }

    /** Writes to partition 0 until the minute's result is there: while one partition is active the others are idle only by themselves. */
    private static void awaitWindow(World world, SourceWriter source, int minute) {
        long[] second = {60L * minute + 10};
        Await.until(
                () -> {
                    source.click(0, at(Math.min(second[0]++, 60L * minute + 70)));
                    return views(world, minute) > 0;
                },
                World.LIMIT,
                world::logs);
    }

    /** Waits until a checkpoint says so of these partitions. */
    private static void awaitStatus(World world, ChannelStatus status, int... partitions) {
        Await.until(
                () -> {
                    Map<TopicPartition, OffsetAndMetadata> committed = world.committed();
                    for (int partition : partitions) {
                        OffsetAndMetadata left = committed.get(new TopicPartition(PageStats.SOURCE, partition));
                        if (left == null || status(left) != status) {
                            return false;
                        }
                    }
                    return true;
                },
                World.LIMIT,
                world::logs);
    }

    private static ChannelStatus status(OffsetAndMetadata committed) {
        List<Progress.Channel> channels =
                Progress.decode(committed.metadata()).channels();
        return channels.isEmpty() ? ChannelStatus.ACTIVE : channels.get(0).status();
    }

    /** The views in the result of a minute; 0 while there is none. */
    private static long views(World world, int minute) {
        String start = at(60L * minute).toString().replace("Z", ".000Z");
        long views = 0;
        for (String value : world.output()) {
            Matcher result = RESULT.matcher(value);
            if (result.find() && result.group(1).equals(start)) {
                assertThat(views).as("one result for " + start).isZero();
                views = Long.parseLong(result.group(2));
            }
        }
        return views;
    }

    private static Instant at(long second) {
        return START.plusSeconds(second);
    }
}
