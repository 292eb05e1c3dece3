package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class DepartedTest {
    private final TestClock clock = new TestClock();
    private final MemoryCluster cluster = Jobs.cluster();
    private final Departed departed = new Departed(Jobs.context(cluster, false, clock));

    @Test
    void a_transaction_of_a_worker_that_is_gone_is_ended() {
        cluster.writes("job-two-0").joins("job-one-0");
        departed.look();
        assertThat(cluster.fenced()).containsExactly(Set.of("job-two-0"));
    }

    @Test
    void those_of_members_and_of_this_process_are_let_be() {
        cluster.writes("job-two-0", "job-one-1").joins("job-two-0", "job-one-0");
        departed.look();
        assertThat(cluster.fenced()).isEmpty();
    }

    @Test
    void the_layout_is_not_written_by_workers() {
        cluster.writes("job-layout").joins("job-one-0");
        departed.look();
        assertThat(cluster.looked())
                .as("where a worker never writes, nobody is looked for")
                .noneMatch(partition -> partition.topic().equals("job-layout"))
                .anyMatch(partition -> partition.topic().equals("job-totals-changelog"))
                .anyMatch(partition -> partition.topic().equals("job-totals-repartition"));
    }

    @Test
    void it_looks_again_after_a_second_as_workers_of_a_process_leave_the_group_one_by_one() {
        cluster.writes("job-two-0", "job-two-1").joins("job-one-0", "job-two-1");
        departed.look();
        cluster.leaves("job-two-1");
        departed.look();
        assertThat(cluster.fenced()).containsExactly(Set.of("job-two-0"));
        clock.advance(1_000);
        departed.look();
        assertThat(cluster.fenced()).containsExactly(Set.of("job-two-0"), Set.of("job-two-1"));
    }

    @Test
    void without_an_answer_restoring_goes_on() {
        cluster.writes("job-two-0");
        cluster.failWith(new TimeoutException("no answer"));
        departed.look();
        assertThat(cluster.fenced()).isEmpty();
    }
}
