package io.millrace.runtime;

import static io.millrace.runtime.ChangelogBench.INPUT;
import static io.millrace.runtime.ChangelogBench.RETRY_MS;
import static io.millrace.runtime.ChangelogBench.TASK;
import static io.millrace.runtime.ChangelogBench.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.task.JobFailedException;
import io.millrace.state.TaskState;
import java.util.Objects;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class RestoreFaultsTest {
    private static final byte[] MIB = new byte[1 << 20];

    private final ChangelogBench bench = new ChangelogBench();

    @Test
    void a_committed_offset_that_is_gone_although_there_is_a_checkpoint_fails_the_job() {
        bench.cluster.commit(INPUT, null);
        bench.put("a", "1");
        RestoreTicket ticket = bench.request(null);
        bench.step();
        bench.step();
        assertThatThrownBy(ticket::seat)
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining(
                        "task 1_0 has state, but group job has no committed offset for [job-totals-repartition-0]");
    }

    @Test
    void a_committed_offset_that_is_gone_fails_the_job_also_if_only_the_disk_knows_of_a_checkpoint() {
        bench.put("a", "1");
        bench.restored(null).close();
        bench.restorer.returned(TASK);
        bench.cluster.commit(INPUT, null);
        RestoreTicket ticket = bench.request(null);
        bench.step();
        assertThatThrownBy(ticket::seat).isInstanceOf(JobFailedException.class);
    }

    @Test
    void without_any_checkpoint_a_task_starts_at_the_beginning() {
        bench.cluster.commit(INPUT, null);
        bench.cluster.begins(INPUT, 3);
        bench.cluster.ends(INPUT, 10);
        TaskSeat.Start start =
                Objects.requireNonNull(bench.restored(null).start().get(INPUT));
        assertThat(start.committed()).isFalse();
        assertThat(start.offset()).isEqualTo(3);
    }

    @Test
    void a_crash_in_the_middle_of_restoring_costs_only_what_was_not_applied_yet() {
        for (int i = 0; i < 5; i++) {
            bench.put("big" + i, MIB);
        }
        bench.put("a", "1");
        bench.put("b", "2");
        bench.stableEnd = 5;
        bench.request(null);
        bench.step();
        bench.step();
        bench.restart();
        bench.stableEnd = Long.MAX_VALUE;
        TaskSeat seat = bench.restored(null);
        assertThat(seat.replayed()).as("not the five that were on disk").isEqualTo(2);
        TaskState state = Objects.requireNonNull(seat.state());
        assertThat(state.get(0, "big4".getBytes(UTF_8))).isEqualTo(MIB);
        assertThat(state.get(0, "b".getBytes(UTF_8))).isEqualTo("2".getBytes(UTF_8));
    }

    @Test
    void a_crash_before_anything_was_applied_begins_again() {
        bench.put("a", "1");
        bench.put("b", "2");
        bench.stableEnd = 1;
        bench.request(null);
        bench.step();
        bench.step();
        bench.restart();
        bench.stableEnd = Long.MAX_VALUE;
        TaskSeat seat = bench.restored(null);
        assertThat(seat.replayed()).isEqualTo(2);
        assertThat(entries(seat)).containsExactly("a=1", "b=2");
    }

    // ---- damage

    @Test
    void a_seat_whose_state_is_damaged_is_removed_and_rebuilt() {
        bench.put("a", "1");
        TaskSeat seat = bench.restored(null);
        bench.backend.damage(TASK.toString());
        TaskSeat after = bench.restored(seat);
        assertThat(after.state()).isNotSameAs(seat.state());
        assertThat(entries(after)).containsExactly("a=1");
        assertThat(bench.backend.destroyed()).containsExactly(TASK.toString());
    }

    @Test
    void state_that_is_damaged_while_it_is_restored_is_removed_and_rebuilt() {
        bench.put("a", "1");
        bench.put("b", "2");
        bench.stableEnd = 1;
        RestoreTicket ticket = bench.request(null);
        bench.step();
        bench.step();
        bench.backend.damage(TASK.toString());
        bench.stableEnd = Long.MAX_VALUE;
        bench.step();
        bench.step();
        assertThat(ticket.isDone()).isFalse();
        bench.clock.advance(RETRY_MS);
        assertThat(entries(bench.finish(ticket))).containsExactly("a=1", "b=2");
    }

    @Test
    void state_that_is_damaged_when_it_is_opened_is_removed_and_rebuilt() {
        bench.put("a", "1");
        bench.restored(null).close();
        bench.restorer.returned(TASK);
        bench.backend.damage(TASK.toString());
        assertThat(entries(bench.restored(null))).containsExactly("a=1");
    }

    @Test
    void a_disk_that_damages_a_state_again_and_again_fails_the_job() {
        bench.put("a", "1");
        TaskSeat seat = bench.restored(null);
        for (int i = 0; i < 3; i++) {
            bench.backend.damage(TASK.toString());
            seat = bench.restored(seat);
        }
        bench.backend.damage(TASK.toString());
        TaskSeat last = seat;
        assertThatThrownBy(() -> bench.restored(last))
                .isInstanceOf(JobFailedException.class)
                .hasMessageStartingWith(
                        "the state of task 1_0 was damaged 3 times over and rebuilt each time: check the disk");
    }

    // ---- input that is gone

    @Test
    void what_is_gone_from_the_jobs_own_topics_is_never_gone_without() {
        bench.cluster.commit(INPUT, new OffsetAndMetadata(5, ""));
        bench.cluster.begins(INPUT, 7);
        bench.cluster.ends(INPUT, 9);
        RestoreTicket ticket = bench.request(null);
        bench.step();
        assertThatThrownBy(ticket::seat)
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("only the job may delete from it");
    }
}
