package io.millrace.app.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that somebody deletes, with or without creating them again, while the job is down. */
class DeletedTopicIT {
    private static final String CHANGELOG = "page-stats-page_1m-changelog";
    private static final long BATCH = 5_000;

    @TempDir
    Path directory;

    @Test
    void a_job_whose_topics_were_deleted_does_not_go_on_as_if_nothing_had_been() throws Exception {
        try (World world = new World(directory, PageStats.job(false))) {
            world.writeClicks(BATCH);
            MillraceProcess first = world.start("state", Map.of());
            world.awaitProgress(1, BATCH, first);
            world.awaitRest();
            first.terminate();
            assertThat(first.exitCode(World.LIMIT)).as(world::logs).isZero();

            delete(world, PageStats.SOURCE);
            Topics.create(world.brokers(), PageStats.SOURCE, World.PARTITIONS);
            MillraceProcess over = world.start("state", Map.of());
            assertThat(over.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(over.output())
                    .contains("topic " + PageStats.SOURCE + " was deleted and created again")
                    .contains("errors.on.data.loss")
                    .contains("millrace reset");

            delete(world, CHANGELOG);
            MillraceProcess without = world.start("state", Map.of());
            assertThat(without.exitCode(World.LIMIT)).as(world::logs).isEqualTo(1);
            assertThat(without.output())
                    .contains("topics of the job were deleted: store page_1m (" + CHANGELOG + ")")
                    .contains("millrace reset");
        }
    }

    private static void delete(World world, String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", world.brokers()))) {
            Offsets.get(admin.deleteTopics(List.of(topic)).all());
            Await.until(
                    () -> !Offsets.get(admin.listTopics().names()).contains(topic),
                    World.LIMIT,
                    () -> topic + " is still there");
        }
    }
}
