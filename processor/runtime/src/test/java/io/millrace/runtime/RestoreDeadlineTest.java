package io.millrace.runtime;

import static io.millrace.runtime.ChangelogBench.CHANGELOG;
import static io.millrace.runtime.ChangelogBench.RETRY_MS;
import static io.millrace.runtime.ChangelogBench.TASK;
import static io.millrace.runtime.ChangelogBench.entries;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a restorer does that does not get on. */
class RestoreDeadlineTest {
    private final ChangelogBench bench = new ChangelogBench();

    @Test
    void a_hanging_transaction_is_named_with_the_command_that_aborts_it_and_is_waited_for() {
        bench.put("a", "1");
        bench.put("b", "2");
        bench.stableEnd = 1;
        bench.cluster.open(CHANGELOG, new Cluster.OpenTransaction(4711, 3, 1, 0, "job-old-0"));
        RestoreTicket ticket = bench.request(null);
        bench.step();
        bench.step();
        assertThat(ticket.progress().waitsFor()).as("not late yet").isNull();

        bench.clock.advance(RestoreWatch.DEADLINE_MS);
        bench.step();
        assertThat(ticket.progress().waitsFor())
                .isEqualTo(
                        "waits for a transaction to end that is open on job-totals-changelog-0 from offset 1, of producer 4711"
                                + " (epoch 3, transactional id job-old-0, last active 1970-01-01T00:00:00Z). It should have ended by its"
                                + " timeout. If that producer is gone for good, abort it: kafka-transactions.sh --bootstrap-server kafka:9092"
                                + " abort --topic job-totals-changelog --partition 0 --start-offset 1");
        assertThat(ticket.isDone()).isFalse();

        bench.stableEnd = Long.MAX_VALUE;
        assertThat(entries(bench.finish(ticket))).containsExactly("a=1", "b=2");
        assertThat(ticket.progress().waitsFor()).isNull();
    }

    @Test
    void a_changelog_that_became_shorter_is_rebuilt_from_its_new_end() {
        bench.put("a", "1");
        bench.put("b", "2");
        bench.put("c", "3");
        bench.stableEnd = 2;
        RestoreTicket ticket = bench.request(null);
        bench.step();
        bench.step();
        bench.cut(1);
        bench.clock.advance(RestoreWatch.DEADLINE_MS);
        bench.step();
        assertThat(ticket.isDone()).isFalse();
        bench.clock.advance(RETRY_MS);
        assertThat(entries(bench.finish(ticket)))
                .as("without b, which the changelog has lost")
                .containsExactly("a=1");
        assertThat(bench.backend.destroyed()).containsExactly(TASK.toString());
    }

    @Test
    void brokers_that_do_not_answer_either_are_waited_for() {
        bench.put("a", "1");
        bench.stableEnd = 0;
        RestoreTicket ticket = bench.request(null);
        bench.step();
        bench.cluster.failWith(new TimeoutException("no answer"));
        bench.clock.advance(RestoreWatch.DEADLINE_MS);
        bench.step();
        assertThat(ticket.progress().waitsFor()).isEqualTo("cannot read job-totals-changelog-0 on from 0: no answer");
        bench.cluster.failWith(null);
        bench.stableEnd = Long.MAX_VALUE;
        assertThat(entries(bench.finish(ticket))).containsExactly("a=1");
    }

    @Test
    void progress_is_known_while_it_goes_on() {
        for (int i = 0; i < 100; i++) {
            bench.put("key" + i, "value");
        }
        bench.stableEnd = 41;
        RestoreTicket ticket = bench.request(null);
        bench.step();
        bench.step();
        assertThat(ticket.progress().percent()).isEqualTo(41);
        assertThat(ticket.progress().remaining()).isEqualTo(59);
        assertThat(ticket.progress().remainingBytes()).isBetween(59L * 9, 59L * 10);
        assertThat(bench.meters
                        .get("millrace.restore.records.remaining")
                        .tag("task", "1_0")
                        .gauge()
                        .value())
                .isEqualTo(59);
        bench.stableEnd = Long.MAX_VALUE;
        bench.finish(ticket);
        assertThat(bench.meters.find("millrace.restore.records.remaining").gauges())
                .as("nothing is being restored")
                .isEmpty();
    }

    // ---- leader epochs: a changelog that was cut and has grown again

    @Test
    void state_of_an_earlier_epoch_is_used_only_after_the_consumer_has_found_its_end_in_the_changelog() {
        bench.cluster.leads(CHANGELOG, 5);
        bench.put("a", "1");
        bench.put("b", "2");
        close(bench.restored(null));
        bench.cluster.leads(CHANGELOG, 6);
        bench.seeks.clear();

        RestoreTicket ticket = bench.request(null);
        TaskSeat seat = bench.finish(ticket);
        assertThat(bench.seeks)
                .as("although there is nothing to read")
                .containsExactly(new ChangelogBench.Seek(CHANGELOG, 2, 5));
        assertThat(entries(seat)).containsExactly("a=1", "b=2");
        assertThat(seat.replayed()).isZero();
    }

    @Test
    void state_of_the_same_epoch_needs_no_look() {
        bench.cluster.leads(CHANGELOG, 5);
        bench.put("a", "1");
        close(bench.restored(null));
        bench.seeks.clear();
        bench.restored(null);
        assertThat(bench.seeks).isEmpty();
    }

    @Test
    void a_changelog_that_was_cut_by_an_unclean_election_and_has_grown_again_is_rebuilt() {
        bench.cluster.leads(CHANGELOG, 5);
        bench.put("a", "1");
        bench.put("lost", "2");
        close(bench.restored(null));
        bench.cut(1);
        bench.put("c", "3");
        bench.put("d", "4");
        bench.cluster.leads(CHANGELOG, 6);

        RestoreTicket ticket = bench.request(null);
        bench.kafka.schedulePollTask(() -> {
            throw new LogTruncationException(Map.of(CHANGELOG, 2L), Map.of(CHANGELOG, new OffsetAndMetadata(1)));
        });
        bench.restorer.step();
        assertThat(ticket.isDone()).isFalse();
        bench.clock.advance(RETRY_MS);
        assertThat(entries(bench.finish(ticket))).containsExactly("a=1", "c=3", "d=4");
    }

    @Test
    void a_leader_that_has_moved_since_the_last_look_is_no_cut_and_the_state_is_used() {
        bench.put("a", "1");
        bench.put("b", "2");
        try (TaskState state = bench.backend.open(TASK.toString(), List.of("totals"))) {
            StateBatch batch = state.newBatch();
            batch.put(0, "a".getBytes(UTF_8), "1".getBytes(UTF_8));
            batch.put(0, "b".getBytes(UTF_8), "2".getBytes(UTF_8));
            StoredPosition.Changelog position = new StoredPosition.Changelog(
                    bench.context.cluster().topic(CHANGELOG.topic()).id(),
                    2,
                    // Looked at before b was written, which another leader has taken.
                    new Cluster.LeaderEpoch(5, 1),
                    new ChangelogFront());
            state.apply(batch, new StoredPosition(bench.clock.millis(), List.of(position)).encode());
        }
        bench.cluster.leads(CHANGELOG, 7);
        RestoreTicket ticket = bench.request(null);
        bench.kafka.schedulePollTask(() -> {
            throw new LogTruncationException(Map.of(CHANGELOG, 2L), Map.of(CHANGELOG, new OffsetAndMetadata(1)));
        });
        TaskSeat seat = bench.finish(ticket);
        assertThat(entries(seat)).containsExactly("a=1", "b=2");
        assertThat(seat.replayed()).isZero();
    }

    @Test
    void a_seat_beyond_the_end_of_its_changelog_is_rebuilt() {
        bench.put("a", "1");
        bench.put("lost", "2");
        TaskSeat seat = bench.restored(null);
        bench.cut(1);
        assertThat(entries(bench.restored(seat))).containsExactly("a=1");
    }

    private void close(TaskSeat seat) {
        seat.close();
        bench.restorer.returned(TASK);
    }
}
