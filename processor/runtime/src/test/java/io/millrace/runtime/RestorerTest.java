package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Topology;
import io.millrace.state.Cursor;
import io.millrace.state.Expiry;
import io.millrace.state.OrderedBytes;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestorerTest {
    private static final TaskId TASK = new TaskId(1, 0);
    private static final TopicPartition CHANGELOG = new TopicPartition("job-totals-changelog", 0);
    private static final TopicPartition INPUT = new TopicPartition("job-totals-repartition", 0);
    private static final byte WINDOW = 1;
    private static final long RETRY_MS = 1_000;

    private final TestClock clock = new TestClock();
    private final MemoryCluster cluster = Jobs.cluster();
    private final Topology topology = Jobs.expiring();
    private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("none");
    private final RuntimeContext context = Jobs.context(topology, cluster, new OneConsumer(), false, clock);
    private final Restorer restorer = new Restorer(context);
    private final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();
    private long beginning;

    RestorerTest() {
        cluster.commit(INPUT, new OffsetAndMetadata(0, ""));
    }

    @Test
    void a_store_that_is_built_anew_does_not_have_what_its_marks_say_has_expired() {
        put(10, "a", "1");
        put(20, "a", "2");
        expire(15);
        put(30, "a", "3");
        TaskSeat seat = restored(null);
        assertThat(entries(seat)).containsExactly("20 a=2", "30 a=3");
        assertThat(seat.fronts().get(0).offset())
                .as("the first change of the earliest live time")
                .isEqualTo(1);
    }

    @Test
    void a_store_that_is_caught_up_loses_what_has_expired_meanwhile() {
        put(10, "a", "1");
        put(20, "a", "2");
        TaskSeat seat = restored(null);
        assertThat(entries(seat)).containsExactly("10 a=1", "20 a=2");
        put(10, "b", "4");
        expire(15);
        put(40, "a", "5");
        TaskSeat after = restored(seat);
        assertThat(after.state()).as("still open").isSameAs(seat.state());
        assertThat(entries(after)).containsExactly("20 a=2", "40 a=5");
        assertThat(after.fronts().get(0).offset()).isEqualTo(1);
    }

    @Test
    void what_is_left_on_disk_by_a_closed_seat_goes_on_with_its_front() {
        put(10, "a", "1");
        put(20, "a", "2");
        restored(null).close();
        restorer.returned(TASK);
        expire(15);
        TaskSeat seat = restored(null);
        assertThat(seat.replayed()).isEqualTo(1);
        assertThat(entries(seat)).containsExactly("20 a=2");
        assertThat(seat.fronts().get(0).offset()).isEqualTo(1);
    }

    @Test
    void a_changelog_that_is_cut_while_it_is_read_is_read_again_from_its_new_beginning() {
        put(10, "a", "1");
        put(20, "a", "2");
        RestoreTicket ticket = restorer.request(TASK, null);
        expire(15);
        show();
        // The cut comes between the look at the beginning and the first read.
        kafka.schedulePollTask(() -> {
            throw new OffsetOutOfRangeException(Map.of(CHANGELOG, 0L));
        });
        restorer.step();
        assertThat(ticket.isDone()).isFalse();
        beginning = 1;
        clock.advance(RETRY_MS);
        TaskSeat seat = finish(ticket);
        assertThat(entries(seat)).containsExactly("20 a=2");
        assertThat(seat.replayed()).as("from the new beginning").isEqualTo(2);
    }

    @Test
    void a_seat_that_ends_before_its_changelog_begins_is_thrown_away_and_built_anew() {
        put(10, "a", "1");
        TaskSeat seat = restored(null);
        put(20, "a", "2");
        expire(15);
        beginning = 2;
        put(20, "a", "6");
        TaskSeat after = restored(seat);
        assertThat(after.state()).isNotSameAs(seat.state());
        assertThat(entries(after)).containsExactly("20 a=6");
    }

    @Test
    void a_task_whose_seat_was_thrown_away_is_restored_even_if_that_is_interrupted() {
        put(10, "a", "1");
        TaskSeat seat = restored(null);
        put(20, "a", "2");
        expire(15);
        put(20, "a", "6");
        beginning = 2;
        RestoreTicket ticket = restorer.request(TASK, seat);
        show();
        kafka.schedulePollTask(() -> {
            throw new KafkaException("the broker is away");
        });
        restorer.step();
        assertThat(ticket.isDone()).isFalse();
        clock.advance(RETRY_MS);
        assertThat(entries(finish(ticket))).containsExactly("20 a=6");
    }

    @Test
    void state_without_a_committed_offset_stops_the_job() {
        cluster.forget(INPUT);
        put(10, "a", "1");
        RestoreTicket ticket = restorer.request(TASK, null);
        assertThatThrownBy(() -> finish(ticket))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("task 1_0 has state, but group job has no committed offset for")
                .hasMessageContaining(INPUT.toString());
    }

    @Test
    void a_first_checkpoint_that_another_owner_makes_meanwhile_is_not_taken_for_a_lost_offset() {
        cluster.forget(INPUT);
        cluster.ends(INPUT, 9);
        put(10, "a", "1");
        RestoreTicket ticket = restorer.request(TASK, null);
        show();
        // It comes between the look at the committed offsets and the last change that is read.
        kafka.schedulePollTask(() -> cluster.commit(INPUT, new OffsetAndMetadata(7, "")));
        restorer.step();
        kafka.schedulePollTask(this::deliver);
        restorer.step();
        assertThat(ticket.isDone()).isFalse();
        clock.advance(RETRY_MS);
        TaskSeat seat = finish(ticket);
        assertThat(Objects.requireNonNull(seat.start().get(INPUT)).offset()).isEqualTo(7);
        assertThat(entries(seat)).containsExactly("10 a=1");
    }

    @Test
    void a_restoration_that_is_given_up_is_closed_by_the_restorer_and_can_begin_again() {
        put(10, "a", "1");
        RestoreTicket ticket = restorer.request(TASK, null);
        show();
        restorer.step();
        assertThat(ticket.cancel()).as("its seat was not there yet").isFalse();
        assertThat(entries(restored(null))).containsExactly("10 a=1");
    }

    @Test
    void a_seat_that_is_given_up_when_it_is_there_is_closed_by_its_receiver() {
        put(10, "a", "1");
        RestoreTicket ticket = restorer.request(TASK, null);
        TaskSeat seat = finish(ticket);
        assertThat(ticket.cancel()).isTrue();
        restorer.returned(TASK);
        assertThat(restored(null).state()).isNotSameAs(seat.state());
    }

    private void put(long timeMs, String key, String value) {
        change(OrderedBytes.concat(Expiry.end(WINDOW, timeMs), key.getBytes(UTF_8)), value.getBytes(UTF_8));
    }

    private void expire(long timeMs) {
        change(Expiry.mark(WINDOW), OrderedBytes.ofLong(timeMs));
    }

    private void change(byte[] key, byte[] value) {
        log.add(new ConsumerRecord<>(CHANGELOG.topic(), CHANGELOG.partition(), log.size(), key, value));
    }

    private TaskSeat restored(@Nullable TaskSeat earlier) {
        return finish(restorer.request(TASK, earlier));
    }

    /** Lets the restorer read all there is. */
    private TaskSeat finish(RestoreTicket ticket) {
        show();
        for (int step = 0; step < 10 && !ticket.isDone(); step++) {
            kafka.schedulePollTask(this::deliver);
            restorer.step();
        }
        assertThat(ticket.isDone()).as("restored within ten rounds").isTrue();
        return ticket.seat();
    }

    private void show() {
        cluster.begins(CHANGELOG, beginning);
        cluster.ends(CHANGELOG, log.size());
    }

    private void deliver() {
        if (kafka.assignment().contains(CHANGELOG)) {
            long position = kafka.position(CHANGELOG);
            log.stream().filter(change -> change.offset() >= position).forEach(kafka::addRecord);
        }
    }

    private static List<String> entries(TaskSeat seat) {
        TaskState state = Objects.requireNonNull(seat.state());
        List<String> entries = new ArrayList<>();
        try (Cursor cursor = state.scan(0, Expiry.start(WINDOW), Expiry.start((byte) (WINDOW + 1)))) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                entries.add(Expiry.timeOf(key) + " " + new String(key, 9, key.length - 9, UTF_8) + "="
                        + new String(cursor.value(), UTF_8));
            }
        }
        return entries;
    }

    private final class OneConsumer implements ClientFactory {
        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
            return kafka;
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
            throw new AssertionError("no producer is needed");
        }

        @Override
        public Cluster cluster() {
            throw new AssertionError("the cluster is there already");
        }
    }
}
