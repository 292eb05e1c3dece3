package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Clicks;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The changelog of windows is cut below what is needed, and what is left is enough. */
class ExpiryIT {
    private static final String CHANGELOG = "page-stats-page_1m-changelog";
    private static final long BATCH = 2_000;
    private static final Pattern REPLAYED = Pattern.compile("[1-9]\\d* changelog records replayed");

    @TempDir
    Path directory;

    @Test
    void a_changelog_is_cut_as_windows_expire_and_state_rebuilt_from_it_on_another_disk_is_exact() throws Exception {
        try (World world = new World(directory, false)) {
            MillraceProcess first = world.start("state", Map.of());
            long[] written = {0};
            // Windows go on closing, as in a job that runs: what can be cut is found out at checkpoints.
            Await.until(
                    () -> {
                        if (world.committedInput() == written[0]) {
                            world.writeClicks(written[0], BATCH);
                            written[0] += BATCH;
                        }
                        return isCutEverywhere(world) || !first.isAlive();
                    },
                    World.LIMIT,
                    () -> "after " + written[0] + " clicks the changelog begins at "
                            + world.beginnings(CHANGELOG, World.PARTITIONS) + ": " + world.logs());
            assertThat(first.isAlive()).as(world::logs).isTrue();
            first.kill();
            Clicks clicks = world.writeClicks(written[0], BATCH);
            long total = written[0] + BATCH;

            MillraceProcess second = world.start("other-state", Map.of(), "--until-end");
            assertThat(second.exitCode(World.LIMIT)).as(world::logs).isZero();
            assertThat(second.output()).as("state was rebuilt").containsPattern(REPLAYED);
            assertThat(world.output())
                    .as(world::logs)
                    .containsExactlyInAnyOrderElementsOf(PageStats.expected(clicks, total));
        }
    }

    /** Before the job has started there is no changelog. */
    private static boolean isCutEverywhere(World world) {
        return world.committedInput() > 0
                && world.beginnings(CHANGELOG, World.PARTITIONS).values().stream()
                        .allMatch(offset -> offset > 0);
    }
}
