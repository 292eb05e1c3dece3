package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Clicks;
import io.millrace.local.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job file that is changed between two runs. */
class ChangedJobIT {
    private static final String JOB = PageStats.job(false);
    private static final String OTHER_WINDOWS = JOB.replace("tumbling: 1m", "tumbling: 5m");
    private static final String ADDED_STEP =
            JOB.replace("  - to: stats\n", """
                      - to: stats
                      - from: clicks
                      - aggregate: {name: per_user, by: user_id, values: {clicks: COUNT(*)}}
                      - to: users
                    """).replace("sinks:\n", "sinks:\n  users: {topic: users, key: user_id}\n");
    private static final long BATCH = 10_000;

    @TempDir
    Path directory;

    @Test
    void a_changed_window_is_refused_and_an_added_step_goes_on_with_the_state_that_is_there() throws Exception {
        assertThat(OTHER_WINDOWS).isNotEqualTo(JOB);
        assertThat(ADDED_STEP).contains("per_user").contains("topic: users");
        try (World world = new World(directory, JOB)) {
            Topics.create(world.brokers(), "users", 1, Map.of("retention.ms", "-1"));
            world.writeClicks(BATCH);
            MillraceProcess first = world.start("state", Map.of());
            world.awaitProgress(1, BATCH, first);
            world.awaitRest();
            first.terminate();
            assertThat(first.exitCode(World.LIMIT)).as(world::logs).isZero();

            Files.writeString(directory.resolve("page-stats.yaml"), OTHER_WINDOWS);
            MillraceProcess changed = world.start("state", Map.of());
            assertThat(changed.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(changed.output())
                    .contains("millrace: the job has changed, and would misread what it has in Kafka")
                    .contains(
                            "store page_1m (page-stats-page_1m-changelog): window was tumbling 1m, and is tumbling 5m")
                    .contains("exchange page_1m (page-stats-page_1m-repartition): window was tumbling 1m");

            Files.writeString(directory.resolve("page-stats.yaml"), ADDED_STEP);
            Clicks clicks = world.writeClicks(BATCH, BATCH);
            MillraceProcess added = world.start("state", Map.of(), "--until-end");
            assertThat(added.exitCode(World.LIMIT)).as(world::logs).isZero();
            assertThat(world.output())
                    .as(world::logs)
                    .containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, 2 * BATCH));
            assertThat(Topics.readCommitted(world.brokers(), "users"))
                    .as("one result per click that came since")
                    .isNotEmpty();
        }
    }
}
