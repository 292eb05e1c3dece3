package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.task.JobFailedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class TopicWatchTest {
    private static final long INTERVAL_MS = 30_000;

    private final TestClock clock = new TestClock();
    private final MemoryCluster cluster = Jobs.cluster();
    private final TopicWatch watch = new TopicWatch(Jobs.context(cluster, false, clock));

    @Test
    void a_source_that_was_deleted_and_created_again_ends_the_job() {
        look();
        cluster.with("clicks", 3);
        assertThatThrownBy(this::look)
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith("topic clicks was deleted and created again while the job ran.")
                .hasMessageContaining("millrace reset");
    }

    @Test
    void so_does_a_changelog() {
        cluster.with("job-totals-changelog", 3, "compact");
        assertThatThrownBy(this::look)
                .hasMessageStartingWith("topic job-totals-changelog was deleted and created again");
    }

    @Test
    void a_topic_that_is_gone_ends_the_job_when_it_is_not_there_for_the_third_time() {
        cluster.delete("clicks");
        assertThatCode(this::look).doesNotThrowAnyException();
        assertThatCode(this::look).doesNotThrowAnyException();
        assertThatThrownBy(this::look)
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("topics of the job were deleted while it ran: [clicks]");
    }

    @Test
    void a_sink_may_be_created_again() {
        cluster.with("counts", 3);
        assertThatCode(this::look).doesNotThrowAnyException();
    }

    @Test
    void a_broker_without_an_answer_says_nothing() {
        cluster.delete("clicks");
        for (int i = 0; i < 10; i++) {
            cluster.failWith(new TimeoutException("no answer"));
            assertThatCode(this::look).doesNotThrowAnyException();
        }
        cluster.failWith(null);
        assertThatCode(this::look).doesNotThrowAnyException();
    }

    private void look() {
        clock.advance(INTERVAL_MS);
        watch.step();
    }
}
