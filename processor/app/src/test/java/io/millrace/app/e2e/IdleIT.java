package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.runtime.CommitNote;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
    /** Stays a member, and its worker has nothing else to do, however long the broker does not answer. */
    private static final String IN_ONE_WORKER = JOB.replace("workers: 2", "workers: 1")
            .replace(
                    "consumer.session.timeout.ms: 6000",
                    "consumer.session.timeout.ms: 120000\n  consumer.request.timeout.ms: 12000");

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
            assertThat(views(world, 0))
                    .as("with the click of the silent partition")
                    .isEqualTo(2);
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
        try (World world = new World(directory, IN_ONE_WORKER);
                SourceWriter source = SourceWriter.plain(world)) {
            for (int partition = 0; partition < World.PARTITIONS; partition++) {
                source.click(partition, at(20));
            }
            MillraceProcess run =
                    world.start("state", Map.of("IDLE", "6s", "JAVA_TOOL_OPTIONS", "-Dmillrace.log.kafka=INFO"));
            world.awaitRest();
            // Again, as these are not sure to have stayed awake during the start. Only 1 to 3 hold the window open from
            // now on.
            for (int partition = 1; partition < World.PARTITIONS; partition++) {
                source.click(partition, at(20));
            }
            source.click(0, at(70));
            world.awaitRest();
            long before = timeouts(run);
            world.broker().pause();
            Await.until(() -> timeouts(run) > before, World.LIMIT, world::logs);
            // On their way before the broker is back, so that there is no silence after the outage.
            for (int partition = 1; partition < World.PARTITIONS; partition++) {
                source.startClick(partition, at(30));
                source.startClick(partition, at(70));
            }
            world.broker().resume();
            Await.until(() -> views(world, 0) > 0, World.LIMIT, world::logs);
            assertThat(views(world, 0)).as(world::logs).isEqualTo(4 + 3 + 3);
        }
    }

    /** How often a look for records has ended because no answer came for twice as long as a partition needs to become idle. */
    private static long timeouts(MillraceProcess run) {
        return Pattern.compile("groupId=page-stats\\] Disconnecting from node 1 due to request timeout")
                .matcher(run.output())
                .results()
                .count();
    }

    /** Writes to partition 0 until the minute's result is there: while one partition is active the others are idle only by themselves. */
    private static void awaitWindow(World world, SourceWriter source, int minute) {
        source.click(0, at(60L * minute + 10));
        Await.until(
                () -> {
                    source.click(0, at(60L * minute + 70));
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
                CommitNote.decode(committed.metadata()).progress().channels();
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
