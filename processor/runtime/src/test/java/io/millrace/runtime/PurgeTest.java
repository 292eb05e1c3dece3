package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PurgeTest {
    private static final long INTERVAL_MS = 30_000;
    private static final TopicPartition REPARTITION = new TopicPartition("job-totals-repartition", 1);
    private static final TopicPartition SOURCE = new TopicPartition("clicks", 1);

    private final TestClock clock = new TestClock();
    private final MemoryCluster cluster = Jobs.cluster();
    private final Purge purge = new Purge(Jobs.context(cluster, false, clock));

    @Test
    void only_repartition_topics_are_purged_and_only_below_what_was_committed_last() {
        committed(SOURCE, 100);
        committed(REPARTITION, 10);
        committed(REPARTITION, 20);
        committed(REPARTITION, 15);
        clock.advance(INTERVAL_MS);
        purge.step();
        assertThat(cluster.purges()).containsExactly(Map.of(REPARTITION, 20L));
    }

    @Test
    void one_request_goes_out_per_interval() {
        committed(REPARTITION, 10);
        purge.step();
        clock.advance(INTERVAL_MS - 1);
        purge.step();
        assertThat(cluster.purges()).isEmpty();
        clock.advance(1);
        purge.step();
        purge.step();
        assertThat(cluster.purges()).hasSize(1);
    }

    @Test
    void without_progress_there_is_no_request() {
        clock.advance(INTERVAL_MS);
        purge.step();
        committed(REPARTITION, 10);
        clock.advance(INTERVAL_MS);
        purge.step();
        clock.advance(INTERVAL_MS);
        purge.step();
        assertThat(cluster.purges()).hasSize(1);
    }

    private void committed(TopicPartition partition, long offset) {
        purge.committed(Map.of(partition, new OffsetAndMetadata(offset, "")));
    }
}
