package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.RecordHeader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class TransactionTest {
    private static final TopicPartition INPUT = new TopicPartition("clicks", 0);
    private static final TopicPartition CHANGELOG = new TopicPartition("job-totals-changelog", 0);
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS = Map.of(INPUT, new OffsetAndMetadata(5, "m"));
    private static final ConsumerGroupMetadata GROUP = new MockConsumer<>("none").groupMetadata();
    private static final int MAX_RECORD_BYTES = 2 << 20;
    private static final long DAY_MS = 86_400_000;

    private final TestClock clock = new TestClock();
    private final Producers producers = new Producers();
    private final Transaction transaction = new Transaction(
            producers,
            Map.of("transactional.id", "job-a-0"),
            Set.of("job-repartition"),
            topic -> topic.equals("keeps-a-day") ? new RecordTime(DAY_MS / 2) : RecordTime.ANY,
            clock,
            MAX_RECORD_BYTES);

    @Test
    void it_needs_a_producer_whose_transactions_are_initialized() {
        assertThat(transaction.isReady()).isFalse();
        assertThatThrownBy(() -> send("counts", 1, "x")).isInstanceOf(IllegalStateException.class);
        transaction.renew();
        assertThat(transaction.isReady()).isTrue();
        assertThat(producers.last().transactionInitialized()).isTrue();
        assertThat(producers.settings).containsEntry("transactional.id", "job-a-0");
    }

    @Test
    void a_producer_that_cannot_be_initialized_is_closed_and_not_used() {
        producers.next.initTransactionException = new TimeoutException("no coordinator");
        assertThatThrownBy(transaction::renew).isInstanceOf(TimeoutException.class);
        assertThat(transaction.isReady()).isFalse();
        assertThat(producers.last().closed()).isTrue();
    }

    @Test
    void a_transaction_begins_with_its_first_record() {
        transaction.renew();
        assertThat(producers.last().calls).isEmpty();
        assertThat(transaction.isOpen()).isFalse();
        send("counts", 1, "x");
        send("counts", 1, "y");
        assertThat(transaction.isOpen()).isTrue();
        assertThat(producers.last().calls).containsExactly("begin");
    }

    @Test
    void a_commit_flushes_then_sends_the_offsets_then_commits() {
        transaction.renew();
        send("counts", 1, "x");
        transaction.commit(OFFSETS, GROUP);
        assertThat(producers.last().calls).containsExactly("begin", "flush", "offsets", "commit");
        assertThat(transaction.isOpen()).isFalse();
        assertThat(producers.last().history()).hasSize(1);
        assertThat(producers.last().consumerGroupOffsetsHistory()).containsExactly(Map.of(GROUP.groupId(), OFFSETS));
    }

    @Test
    void a_commit_without_records_still_commits_the_offsets() {
        transaction.renew();
        transaction.commit(OFFSETS, GROUP);
        assertThat(producers.last().calls).containsExactly("begin", "flush", "offsets", "commit");
    }

    @Test
    void a_commit_without_offsets_would_not_be_fenced_and_is_refused() {
        transaction.renew();
        send("counts", 1, "x");
        assertThatThrownBy(() -> transaction.commit(Map.of(), GROUP)).isInstanceOf(IllegalStateException.class);
        assertThat(producers.last().commitCount()).isZero();
    }

    @Test
    void a_record_that_could_not_be_written_keeps_offsets_and_commit_from_being_sent() {
        producers.next = new Recorder(false);
        transaction.renew();
        send("counts", 1, "x");
        producers.last().errorNext(new NotEnoughReplicasException("one of two"));
        assertThatThrownBy(() -> transaction.commit(OFFSETS, GROUP)).isInstanceOf(NotEnoughReplicasException.class);
        assertThat(producers.last().calls).containsExactly("begin", "flush");

        transaction.abort();
        assertThat(producers.last().calls).containsExactly("begin", "flush", "abort");
        transaction.commit(OFFSETS, GROUP);
        assertThat(producers.last().commitCount())
                .as("the next is not to blame")
                .isEqualTo(1);
    }

    @Test
    void a_change_that_could_not_be_written_does_the_same() {
        producers.next = new Recorder(false);
        transaction.renew();
        transaction.sendChange(CHANGELOG, new byte[] {1}, null);
        producers.last().errorNext(new NotEnoughReplicasException("one of two"));
        assertThatThrownBy(() -> transaction.commit(OFFSETS, GROUP)).isInstanceOf(NotEnoughReplicasException.class);
        assertThat(producers.last().commitCount()).isZero();
    }

    @Test
    void a_fenced_commit_says_so() {
        transaction.renew();
        send("counts", 1, "x");
        producers.last().commitTransactionException = new ProducerFencedException("another has the id");
        assertThatThrownBy(() -> transaction.commit(OFFSETS, GROUP)).isInstanceOf(ProducerFencedException.class);
    }

    @Test
    void another_member_of_the_same_name_is_a_matter_of_the_consumer_and_here_a_roll_back() {
        transaction.renew();
        send("counts", 1, "x");
        producers.last().sendOffsetsToTransactionException = new FencedInstanceIdException("there is a newer member");
        assertThatThrownBy(() -> transaction.commit(OFFSETS, GROUP))
                .hasMessageContaining("the group has another member under the name of this worker")
                .satisfies(error -> assertThat(Reaction.to(error)).isEqualTo(Reaction.ROLL_BACK));
        assertThat(producers.last().commitCount()).isZero();
        transaction.abort();
        assertThat(transaction.isReady()).isTrue();
    }

    @Test
    void a_commit_without_an_answer_is_asked_for_again() {
        transaction.renew();
        send("counts", 1, "x");
        producers.last().commitTimeouts = 2;
        transaction.commit(OFFSETS, GROUP);
        assertThat(producers.last().calls).containsExactly("begin", "flush", "offsets", "commit", "commit", "commit");
        assertThat(producers.last().commitCount()).isEqualTo(1);
    }

    @Test
    void a_commit_that_stays_without_an_answer_needs_a_new_producer_to_learn_the_outcome() {
        transaction.renew();
        send("counts", 1, "x");
        producers.last().commitTimeouts = 3;
        assertThatThrownBy(() -> transaction.commit(OFFSETS, GROUP))
                .isInstanceOf(KafkaException.class)
                .hasMessageContaining("whether it is committed will be read from the committed offsets")
                .satisfies(error -> assertThat(Reaction.to(error)).isEqualTo(Reaction.NEW_PRODUCER));
        Recorder before = producers.last();
        transaction.renew();
        assertThat(before.closed()).isTrue();
        assertThat(producers.last()).isNotSameAs(before);
        assertThat(transaction.isOpen()).isFalse();
    }

    @Test
    void a_commit_tells_where_each_changelog_ends() {
        transaction.renew();
        transaction.sendChange(CHANGELOG, new byte[] {1}, new byte[] {2});
        transaction.sendChange(CHANGELOG, new byte[] {2}, null);
        send("counts", 1, "x");
        assertThat(transaction.commit(OFFSETS, GROUP)).isEqualTo(Map.of(CHANGELOG, 2L));
        assertThat(transaction.commit(OFFSETS, GROUP)).isEmpty();
        transaction.sendChange(CHANGELOG, new byte[] {3}, null);
        assertThat(transaction.commit(OFFSETS, GROUP)).isEqualTo(Map.of(CHANGELOG, 3L));
        ProducerRecord<byte[], byte[]> change = producers.last().history().get(0);
        assertThat(change.partition()).isZero();
        assertThat(change.timestamp()).isEqualTo(clock.millis());
        assertThat(change.key()).containsExactly(1);
        assertThat(change.value()).containsExactly(2);
    }

    @Test
    void a_changelog_that_was_cut_under_a_running_task_is_noticed_before_the_commit() {
        transaction.renew();
        transaction.sendChange(CHANGELOG, new byte[] {1}, new byte[] {2});
        transaction.sendChange(CHANGELOG, new byte[] {2}, new byte[] {2});
        transaction.commit(OFFSETS, GROUP);
        // A new producer of the mock's numbers its records from 0 again, as a log would that has lost everything.
        transaction.renew();
        transaction.sendChange(CHANGELOG, new byte[] {3}, new byte[] {2});
        assertThatThrownBy(() -> transaction.commit(OFFSETS, GROUP))
                .isInstanceOf(ChangelogCutException.class)
                .hasMessageContaining("changelog job-totals-changelog-0 went up to 2 and now goes on at 0")
                .satisfies(error -> assertThat(Reaction.to(error)).isEqualTo(Reaction.ROLL_BACK));
        assertThat(producers.last().calls).containsExactly("begin", "flush");
    }

    @Test
    void an_abort_forgets_records_bounds_and_changes() {
        transaction.renew();
        transaction.sendChange(CHANGELOG, new byte[] {1}, null);
        for (int i = 0; i < 33; i++) {
            transaction.send("counts", -1, 1, null, new byte[MAX_RECORD_BYTES - 1_000], List.of());
        }
        assertThat(transaction.isFull()).isTrue();
        transaction.abort();
        assertThat(transaction.isFull()).isFalse();
        assertThat(transaction.isOpen()).isFalse();
        assertThat(transaction.commit(OFFSETS, GROUP)).isEmpty();
        assertThat(producers.last().history()).isEmpty();
    }

    @Test
    void aborting_what_is_not_open_asks_the_broker_for_nothing() {
        transaction.renew();
        transaction.abort();
        assertThat(producers.last().calls).isEmpty();
    }

    @Test
    void it_is_full_at_its_number_of_records() {
        transaction.renew();
        for (int i = 1; i < Transaction.MAX_RECORDS; i++) {
            transaction.sendChange(CHANGELOG, new byte[0], null);
        }
        assertThat(transaction.isFull()).isFalse();
        send("counts", 1, "x");
        assertThat(transaction.isFull()).isTrue();
        transaction.commit(OFFSETS, GROUP);
        assertThat(transaction.isFull()).isFalse();
    }

    @Test
    void it_is_full_at_its_number_of_bytes() {
        transaction.renew();
        byte[] value = new byte[1 << 20];
        for (int i = 0; i < 63; i++) {
            transaction.send("counts", -1, 1, null, value, List.of());
        }
        assertThat(transaction.isFull()).isFalse();
        transaction.send("counts", -1, 1, null, value, List.of());
        assertThat(transaction.isFull()).isTrue();
    }

    @Test
    void times_are_made_such_that_a_broker_accepts_them() {
        transaction.renew();
        send("counts", 1_000, "past");
        send("counts", -5, "before 1970");
        send("counts", clock.millis() + 7_200_000, "future");
        send("job-repartition", 1_000, "internal");
        transaction.commit(OFFSETS, GROUP);
        assertThat(producers.last().history())
                .extracting(ProducerRecord::timestamp)
                .containsExactly(1_000L, clock.millis(), clock.millis(), clock.millis());
    }

    @Test
    void a_result_that_retention_would_delete_soon_is_stamped_with_the_wall_clock_and_keeps_its_time_in_a_header() {
        transaction.renew();
        clock.advance(5 * DAY_MS);
        long oldestMs = clock.millis() - DAY_MS / 2;
        send("keeps-a-day", oldestMs, "young enough");
        send("keeps-a-day", oldestMs - 1, "too old");
        send("counts", 0, "kept for ever");
        transaction.commit(OFFSETS, GROUP);
        List<ProducerRecord<byte[], byte[]>> sent = producers.last().history();
        assertThat(sent).extracting(ProducerRecord::timestamp).containsExactly(oldestMs, clock.millis(), 0L);
        assertThat(sent)
                .extracting(record -> record.headers().lastHeader("millrace.event.time"))
                .extracting(header -> header == null ? null : new String(header.value(), UTF_8))
                .containsExactly(null, Instant.ofEpochMilli(oldestMs - 1).toString(), null);
    }

    @Test
    void key_partition_and_headers_are_sent_as_given() {
        transaction.renew();
        transaction.send(
                "counts",
                2,
                1,
                new byte[] {7},
                null,
                List.of(new RecordHeader("a", new byte[] {1}), new RecordHeader("a", null)));
        transaction.send("counts", -1, 1, null, null, List.of());
        transaction.commit(OFFSETS, GROUP);
        ProducerRecord<byte[], byte[]> record = producers.last().history().get(0);
        assertThat(record.partition()).isEqualTo(2);
        assertThat(record.key()).containsExactly(7);
        assertThat(record.value()).isNull();
        assertThat(record.headers().toArray())
                .extracting(Header::key, Header::value)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("a", new byte[] {1}),
                        org.assertj.core.groups.Tuple.tuple("a", null));
        assertThat(producers.last().history().get(1).partition())
                .as("Kafka chooses")
                .isNull();
    }

    @Test
    void a_record_that_is_too_large_is_refused_before_anything_is_sent() {
        transaction.renew();
        assertThatThrownBy(() -> transaction.send("counts", -1, 1, null, new byte[MAX_RECORD_BYTES], List.of()))
                .isInstanceOf(io.millrace.engine.operator.RecordTooLargeException.class)
                .hasMessageContaining("for topic counts")
                .hasMessageContaining("raise kafka.max.request.size");
        assertThat(transaction.isOpen()).isFalse();
        byte[] header = new byte[MAX_RECORD_BYTES];
        assertThatThrownBy(
                        () -> transaction.send("counts", -1, 1, null, null, List.of(new RecordHeader("large", header))))
                .isInstanceOf(io.millrace.engine.operator.RecordTooLargeException.class);
    }

    @Test
    void the_size_limit_is_the_jobs_or_kafkas_default() {
        assertThat(Transaction.maxRecordBytes(Map.of())).isEqualTo(1 << 20);
        assertThat(Transaction.maxRecordBytes(Map.of("max.request.size", "5"))).isEqualTo(5);
        assertThat(Transaction.maxRecordBytes(Map.of("max.request.size", "5", "producer.max.request.size", "6")))
                .isEqualTo(6);
    }

    @Test
    void closing_leaves_no_producer() {
        transaction.renew();
        send("counts", 1, "x");
        transaction.close();
        assertThat(transaction.isReady()).isFalse();
        assertThat(producers.last().closed()).isTrue();
        assertThat(producers.last().commitCount()).isZero();
    }

    private void send(String topic, long timeMs, String value) {
        transaction.send(topic, -1, timeMs, null, value.getBytes(UTF_8), List.of());
    }

    /** Kafka's own mock, which also says in which order it was called and may time out. */
    private static final class Recorder extends MockProducer<byte[], byte[]> {
        private final List<String> calls = new ArrayList<>();
        private int commitTimeouts;
        private boolean flushesItself;

        Recorder(boolean autoComplete) {
            super(autoComplete, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        @Override
        public void beginTransaction() {
            calls.add("begin");
            super.beginTransaction();
        }

        @Override
        public synchronized void flush() {
            if (!flushesItself) {
                calls.add("flush");
            }
            super.flush();
        }

        @Override
        public void sendOffsetsToTransaction(
                Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
            calls.add("offsets");
            super.sendOffsetsToTransaction(offsets, groupMetadata);
        }

        @Override
        public void commitTransaction() {
            calls.add("commit");
            if (commitTimeouts > 0) {
                commitTimeouts--;
                throw new TimeoutException("no answer");
            }
            flushesItself = true;
            super.commitTransaction();
            flushesItself = false;
        }

        @Override
        public void abortTransaction() {
            calls.add("abort");
            flushesItself = true;
            super.abortTransaction();
            flushesItself = false;
        }
    }

    private static final class Producers implements ClientFactory {
        private final List<Recorder> made = new ArrayList<>();
        private Recorder next = new Recorder(true);
        private Map<String, Object> settings = Map.of();

        Recorder last() {
            return made.get(made.size() - 1);
        }

        @Override
        public Producer<byte[], byte[]> producer(Map<String, Object> wanted) {
            settings = wanted;
            made.add(next);
            next = new Recorder(true);
            return last();
        }

        @Override
        public Consumer<byte[], byte[]> consumer(Map<String, Object> wanted) {
            throw new AssertionError("a transaction reads nothing");
        }

        @Override
        public Cluster cluster() {
            throw new AssertionError("a transaction asks the cluster nothing");
        }
    }
}
