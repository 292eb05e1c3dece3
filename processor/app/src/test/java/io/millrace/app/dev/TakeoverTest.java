package io.millrace.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Two tasks, {@code 0_0} and {@code 0_1}, of two partitions; instance {@code a} stays, {@code b} is killed or started. */
final class TakeoverTest {
    private static final Set<String> TASKS = Set.of("0_0", "0_1");
    private static final TopicPartition P0 = new TopicPartition("clicks", 0);
    private static final TopicPartition P1 = new TopicPartition("clicks", 1);
    private static final Map<String, String> SHARED = Map.of("0_0", "a", "0_1", "b");
    private static final Map<String, String> ALONE = Map.of("0_0", "a", "0_1", "a");

    private final Map<TopicPartition, Long> committed = new HashMap<>(Map.of(P0, 100L, P1, 100L));
    private final Map<TopicPartition, Long> ends = new HashMap<>(Map.of(P0, 150L, P1, 150L));
    private int open = 1;
    private long results = 7;

    @Test
    void a_kill_is_over_when_every_task_is_committed_further_by_its_owner_and_a_result_came() {
        Takeover takeover = killed();
        takeover.see(at(1, SHARED));
        takeover.see(at(5, ALONE));
        committed.put(P0, 110L);
        takeover.see(at(6, ALONE));
        assertThat(takeover.timing().isRunning()).isFalse();
        open = 0;
        committed.put(P1, 101L);
        takeover.see(at(7, ALONE));
        assertThat(takeover.timing().isRunning()).isTrue();
        assertThat(takeover.isOver()).isFalse();
        results++;
        takeover.see(at(8, ALONE));
        assertThat(takeover.isOver()).isTrue();
        assertThat(takeover.timing()).isEqualTo(new Takeover.Timing(1, 2, 0, 5, 7, 7, 8));
    }

    @Test
    void what_the_dead_had_on_its_way_is_no_sign_of_life() {
        Takeover takeover = killed();
        takeover.see(at(1, SHARED));
        committed.putAll(Map.of(P0, 120L, P1, 120L));
        results++;
        takeover.see(at(5, ALONE));
        takeover.see(at(6, ALONE));
        assertThat(takeover.timing().isRunning()).isFalse();
        committed.putAll(Map.of(P0, 121L, P1, 121L));
        takeover.see(at(7, ALONE));
        assertThat(takeover.timing().isRunning()).isTrue();
        assertThat(takeover.isOver()).isFalse();
    }

    @Test
    void while_the_group_deals_tasks_out_nothing_runs() {
        Takeover takeover = killed();
        takeover.see(at(5, ALONE));
        takeover.see(at(6, Map.of()));
        committed.putAll(Map.of(P0, 120L, P1, 120L));
        takeover.see(at(7, ALONE));
        assertThat(takeover.timing().isRunning()).isFalse();
        committed.putAll(Map.of(P0, 130L, P1, 130L));
        takeover.see(at(8, ALONE));
        assertThat(takeover.timing().runningSeconds()).isEqualTo(8);
    }

    @Test
    void a_partition_to_which_nothing_is_written_is_let_pass_after_a_while_and_told() {
        Takeover takeover = killed();
        takeover.see(at(5, ALONE));
        ends.put(P0, 160L);
        committed.put(P0, 160L);
        takeover.see(at(6, ALONE));
        takeover.see(at(7, ALONE));
        assertThat(takeover.timing().isRunning()).isFalse();
        takeover.see(at(8, ALONE));
        assertThat(takeover.timing().isRunning()).isTrue();
        assertThat(takeover.timing().runningSeconds()).isEqualTo(6);
        assertThat(takeover.timing().quiet()).isEqualTo(1);
        assertThat(takeover.timing().text())
                .isEqualTo("1 of 2 tasks moved; every task commits again after 6.0 s (input partitions without a new"
                        + " record to show it by: 1); no new result was due yet");
    }

    @Test
    void a_partition_with_records_that_nobody_commits_is_not_let_pass() {
        Takeover takeover = killed();
        takeover.see(at(5, ALONE));
        ends.put(P1, 160L);
        committed.put(P0, 110L);
        takeover.see(at(119, ALONE));
        assertThat(takeover.isOver()).isFalse();
        takeover.see(at(120, ALONE));
        assertThat(takeover.isOver()).isTrue();
        assertThat(takeover.timing().isRunning()).isFalse();
    }

    @Test
    void without_a_result_the_wait_has_an_end() {
        Takeover takeover = killed();
        takeover.see(at(5, ALONE));
        committed.putAll(Map.of(P0, 120L, P1, 120L));
        takeover.see(at(6, ALONE));
        takeover.see(at(15, ALONE));
        assertThat(takeover.isOver()).isFalse();
        takeover.see(at(16, ALONE));
        assertThat(takeover.isOver()).isTrue();
        assertThat(takeover.timing().text()).endsWith("; no new result was due yet");
    }

    @Test
    void a_start_counts_from_when_the_new_instance_has_a_task() {
        Takeover takeover = new Takeover("b", false, TASKS, at(0, ALONE), 0);
        committed.putAll(Map.of(P0, 120L, P1, 120L));
        takeover.see(at(1, ALONE));
        takeover.see(at(2, SHARED));
        committed.putAll(Map.of(P0, 130L, P1, 130L));
        takeover.see(at(3, SHARED));
        results++;
        takeover.see(at(4, SHARED));
        assertThat(takeover.timing().text())
                .isEqualTo("1 of 2 tasks moved; every task commits again after 3.0 s; a new result after 4.0 s");
    }

    @Test
    void a_started_instance_that_gets_no_task_is_waited_for_not_for_ever() {
        Takeover takeover = new Takeover("b", false, TASKS, at(0, ALONE), 0);
        committed.putAll(Map.of(P0, 120L, P1, 120L));
        takeover.see(at(59, ALONE));
        assertThat(takeover.isOver()).isFalse();
        takeover.see(at(60, ALONE));
        assertThat(takeover.isOver()).isTrue();
        assertThat(takeover.timing().moved()).isZero();
    }

    @Test
    void the_cause_names_the_settings() {
        assertThat(new Takeover.Timing(1, 2, 0, 5, 5.5, 6, 7).cause("session.timeout.ms is 5000", "t"))
                .isEqualTo("of that, 5.0 s until the group gave it up (session.timeout.ms is 5000), 5.5 s until its"
                        + " transactions were aborted (t)");
    }

    private Takeover killed() {
        return new Takeover("b", true, TASKS, at(0, SHARED), 0);
    }

    /** While {@code b} owns something it is a member. */
    private Observation at(long seconds, Map<String, String> owners) {
        Set<String> members = new HashSet<>(owners.values());
        members.add("a");
        return new Observation(
                TimeUnit.SECONDS.toNanos(seconds), members, owners, committed, ends, Map.of("b", open), results);
    }
}
