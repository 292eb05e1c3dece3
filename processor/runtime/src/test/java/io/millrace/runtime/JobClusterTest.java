package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Topology;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class JobClusterTest {
    private static final Topology JOB = Jobs.twoStages();

    @Test
    void every_missing_topic_is_named_at_once_and_nothing_is_created() {
        MemoryCluster cluster = new MemoryCluster().with("clicks", 2);
        assertThatThrownBy(() -> JobCluster.prepare(JOB, cluster))
                .isInstanceOf(JobFailedException.class)
                .hasMessage("""
                        topic views does not exist; create it
                        topic counts does not exist; create it
                        topic dead does not exist; create it""");
        assertThat(cluster.created()).isEmpty();
    }

    @Test
    void internal_topics_are_created_with_as_many_partitions_as_the_stages_have_tasks() {
        MemoryCluster cluster = Jobs.cluster();
        JobCluster job = JobCluster.prepare(JOB, cluster);
        assertThat(cluster.created())
                .containsOnlyKeys("job-totals-repartition", "job-totals-changelog")
                .hasEntrySatisfying(
                        "job-totals-repartition",
                        config -> assertThat(config)
                                .containsEntry("cleanup.policy", "delete")
                                .containsEntry("retention.ms", "-1")
                                .containsEntry("retention.bytes", "-1"))
                .hasEntrySatisfying(
                        "job-totals-changelog",
                        config -> assertThat(config).containsEntry("cleanup.policy", "compact"));
        assertThat(job.partitions("job-totals-repartition")).isEqualTo(3);
        assertThat(job.partitions("job-totals-changelog")).isEqualTo(3);
        assertThat(job.partitions("clicks")).isEqualTo(2);
        assertThatThrownBy(() -> job.topic("other")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void what_is_there_already_is_used() {
        MemoryCluster cluster = Jobs.cluster();
        JobCluster first = JobCluster.prepare(JOB, cluster);
        cluster.created().clear();
        JobCluster second = JobCluster.prepare(JOB, cluster);
        assertThat(cluster.created()).isEmpty();
        assertThat(second).isEqualTo(first);
    }

    @Test
    void an_internal_topic_that_does_not_fit_its_source_any_more_is_refused() {
        MemoryCluster cluster =
                Jobs.cluster().with("job-totals-repartition", 2).with("job-totals-changelog", 4, "compact");
        assertThatThrownBy(() -> JobCluster.prepare(JOB, cluster))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("job-totals-repartition has 2 partitions, but the job needs 3")
                .hasMessageContaining("job-totals-changelog has 4 partitions, but the job needs 3")
                .hasMessageContaining("delete the job's internal topics and its group's offsets to start anew");
        assertThat(cluster.created()).isEmpty();
    }

    @Test
    void an_internal_topic_that_would_lose_records_is_refused() {
        MemoryCluster cluster =
                Jobs.cluster().with("job-totals-repartition", 3, "compact").with("job-totals-changelog", 3, "delete");
        assertThatThrownBy(() -> JobCluster.prepare(JOB, cluster))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("job-totals-repartition has cleanup.policy=compact, but must have delete")
                .hasMessageContaining("job-totals-changelog has cleanup.policy=delete, but must have compact");
    }

    @Test
    void the_changelog_of_a_store_that_did_not_expire_before_is_refused_with_all_that_it_needs() {
        MemoryCluster cluster = Jobs.cluster().with("job-totals-changelog", 3, "compact");
        assertThatThrownBy(() -> JobCluster.prepare(Jobs.expiring(), cluster))
                .isInstanceOf(JobFailedException.class)
                .hasMessage(
                        "internal topic job-totals-changelog has cleanup.policy=compact, but must have compact,delete"
                                + " or records would be lost, or kept for ever; set cleanup.policy=compact,delete"
                                + " retention.bytes=-1 retention.ms=-1");
        assertThat(cluster.created()).isEmpty();
    }

    @Test
    void an_internal_topic_that_deletes_by_age_or_size_is_refused() {
        MemoryCluster cluster = Jobs.cluster()
                .with("job-totals-repartition", 3, "delete", false)
                .with("job-totals-changelog", 3, "compact,delete", false);
        assertThatThrownBy(() -> JobCluster.prepare(Jobs.expiring(), cluster))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining(
                        "job-totals-repartition deletes records by age or size, and would lose some that the"
                                + " job still needs; set cleanup.policy=delete retention.bytes=-1 retention.ms=-1")
                .hasMessageContaining("job-totals-changelog deletes records by age or size");
    }

    @Test
    void the_order_of_a_topics_policies_means_nothing() {
        MemoryCluster cluster = Jobs.cluster().with("job-totals-changelog", 3, "delete, compact");
        assertThat(JobCluster.prepare(Jobs.expiring(), cluster).partitions("job-totals-changelog"))
                .isEqualTo(3);
    }

    @Test
    void a_setting_that_we_have_no_right_to_see_is_not_held_against_the_topic() {
        MemoryCluster cluster =
                Jobs.cluster().with("job-totals-repartition", 3, "").with("job-totals-changelog", 3, "");
        assertThat(JobCluster.prepare(JOB, cluster).partitions("job-totals-changelog"))
                .isEqualTo(3);
    }

    @Test
    void topics_that_not_all_brokers_know_yet_are_waited_for() {
        MemoryCluster cluster = Jobs.cluster();
        cluster.hideNewTopics();
        assertThatThrownBy(() -> JobCluster.prepare(JOB, cluster))
                .isInstanceOf(UnknownTopicOrPartitionException.class)
                .satisfies(error -> assertThat(Reaction.to(error)).isEqualTo(Reaction.RETRY));
    }

    @Test
    void a_task_has_the_partitions_of_its_number_and_its_changelogs() {
        TaskPlacement placement = JobCluster.prepare(JOB, Jobs.cluster()).placement(JOB);
        assertThat(placement.tasks())
                .containsExactly(
                        new TaskId(0, 0),
                        new TaskId(0, 1),
                        new TaskId(0, 2),
                        new TaskId(1, 0),
                        new TaskId(1, 1),
                        new TaskId(1, 2));
        assertThat(placement.partitionsOf(new TaskId(0, 1)))
                .containsExactly(new TopicPartition("clicks", 1), new TopicPartition("views", 1));
        assertThat(placement.partitionsOf(new TaskId(0, 2))).containsExactly(new TopicPartition("views", 2));
        assertThat(placement.taskOf(new TopicPartition("job-totals-repartition", 2)))
                .isEqualTo(new TaskId(1, 2));
        assertThat(placement.taskOf(new TopicPartition("counts", 0))).isNull();
        assertThat(placement.topics()).containsExactlyInAnyOrder("clicks", "views", "job-totals-repartition");
        assertThatThrownBy(() -> placement.partitionsOf(new TaskId(2, 0))).isInstanceOf(IllegalArgumentException.class);
        assertThat(JobCluster.changelogs(JOB, new TaskId(1, 2)))
                .containsExactly(new TopicPartition("job-totals-changelog", 2));
        assertThat(JobCluster.changelogs(JOB, new TaskId(0, 2))).isEmpty();
    }

    @Test
    void a_topic_belongs_to_one_stage() {
        Topology twice = Jobs.sources(List.of(List.of("clicks"), List.of("views", "clicks")));
        assertThatThrownBy(() -> JobCluster.prepare(twice, Jobs.cluster()).placement(twice))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("clicks-0 is read by the tasks 0_0 and 1_0");
    }
}
