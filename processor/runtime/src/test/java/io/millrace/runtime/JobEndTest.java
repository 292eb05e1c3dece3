package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class JobEndTest {
    private static final long INTERVAL_MS = 500;

    private final TestClock clock = new TestClock();
    private final MemoryCluster cluster = Jobs.cluster();
    private final RuntimeContext context = Jobs.context(cluster, true, clock);
    private final JobEnd end = new JobEnd(context);

    @Test
    void the_job_is_over_when_every_input_of_every_task_says_so() {
        List<TopicPartition> inputs = new ArrayList<>();
        context.placement()
                .tasks()
                .forEach(task -> inputs.addAll(context.placement().partitionsOf(task)));
        assertThat(inputs).hasSize(2 + 3 + 3);
        for (TopicPartition input : inputs) {
            assertThat(isReached()).isFalse();
            commit(input, false);
        }
        assertThat(isReached()).isFalse();
        for (TopicPartition input : inputs) {
            assertThat(isReached()).isFalse();
            commit(input, true);
        }
        assertThat(isReached()).isTrue();
    }

    @Test
    void it_is_looked_for_only_once_in_a_while() {
        finishAll();
        assertThat(isReached()).isTrue();
        assertThat(end.isReached()).isFalse();
        clock.advance(INTERVAL_MS - 1);
        assertThat(end.isReached()).isFalse();
        clock.advance(1);
        assertThat(end.isReached()).isTrue();
    }

    @Test
    void an_unbounded_run_has_no_end() {
        JobEnd unbounded = new JobEnd(Jobs.context(Jobs.cluster(), false, clock));
        finishAll();
        clock.advance(INTERVAL_MS);
        assertThat(unbounded.isReached()).isFalse();
    }

    @Test
    void a_cluster_that_does_not_answer_is_asked_again() {
        finishAll();
        cluster.failWith(new TimeoutException("no answer"));
        assertThat(isReached()).isFalse();
        cluster.failWith(null);
        assertThat(isReached()).isTrue();
    }

    @Test
    void results_are_visible_at_once_when_nothing_is_pending_on_the_sinks() {
        end.awaitVisible();
        cluster.failWith(new TimeoutException("no answer"));
        end.awaitVisible();
    }

    private boolean isReached() {
        clock.advance(INTERVAL_MS);
        return end.isReached();
    }

    private void finishAll() {
        context.placement()
                .tasks()
                .forEach(task -> context.placement().partitionsOf(task).forEach(partition -> commit(partition, true)));
    }

    private void commit(TopicPartition partition, boolean finished) {
        String metadata = new Progress(Watermarks.MAX, 7, finished, false, List.of()).encode();
        cluster.commit(partition, new OffsetAndMetadata(7, metadata));
    }
}
