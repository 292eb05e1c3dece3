package io.millrace.runtime;

import static io.millrace.runtime.Reaction.FAIL_JOB;
import static io.millrace.runtime.Reaction.NEW_PRODUCER;
import static io.millrace.runtime.Reaction.PARTITIONS_LOST;
import static io.millrace.runtime.Reaction.RETRY;
import static io.millrace.runtime.Reaction.ROLL_BACK;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.task.JobFailedException;
import io.millrace.serde.RetriableDecodeException;
import io.millrace.state.StateUnavailableException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedLeaderEpochException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.LeaderNotAvailableException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnstableOffsetCommitException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;

class ReactionTest {
    private static final TopicPartition PARTITION = new TopicPartition("clicks", 0);

    private final Map<Throwable, Reaction> table = new LinkedHashMap<>();

    @Test
    void the_log_names_the_reason_that_the_client_has_put_into_a_cause() {
        RuntimeException wrapped = new KafkaException(
                "Cannot execute transactional method because we are in an error state",
                new InvalidTxnStateException("not in this state"));
        assertThat(Reaction.reason(wrapped))
                .contains("in an error state")
                .contains("because of")
                .contains("InvalidTxnStateException: not in this state");
        assertThat(Reaction.reason(new KafkaException("alone"))).endsWith("KafkaException: alone");
        for (Reaction reaction : Reaction.values()) {
            assertThat(reaction.inWords()).isNotBlank();
        }
    }

    @Test
    void losing_ones_place_in_the_group_is_a_roll_back() {
        given(new CommitFailedException(), ROLL_BACK);
        given(new IllegalGenerationException(), ROLL_BACK);
        given(new RebalanceInProgressException(), ROLL_BACK);
        given(new TransactionAbortableException("abort it"), ROLL_BACK);
        given(new RetriableDecodeException("the registry is away", null), ROLL_BACK);
        given(new StateUnavailableException("damaged", true, null), ROLL_BACK);
        verify();
    }

    @Test
    void what_passes_by_itself_is_tried_again() {
        given(new TimeoutException("no answer"), RETRY);
        given(new DisconnectException(), RETRY);
        given(new NetworkException(), RETRY);
        given(new NotCoordinatorException("moved"), RETRY);
        given(new CoordinatorNotAvailableException("away"), RETRY);
        given(new CoordinatorLoadInProgressException("loading"), RETRY);
        given(new ConcurrentTransactionsException("busy"), RETRY);
        given(new NotLeaderOrFollowerException(), RETRY);
        given(new LeaderNotAvailableException("away"), RETRY);
        given(new FencedLeaderEpochException("old"), RETRY);
        given(new NotEnoughReplicasException(), RETRY);
        given(new KafkaStorageException(), RETRY);
        given(new UnknownTopicOrPartitionException(), RETRY);
        given(new UnstableOffsetCommitException("pending"), RETRY);
        verify();
    }

    @Test
    void input_that_is_gone_is_a_roll_back_after_which_the_restorer_decides() {
        given(new OffsetOutOfRangeException(Map.of(PARTITION, 5L)), ROLL_BACK);
        verify();
    }

    @Test
    void a_member_that_the_group_does_not_know_has_lost_its_partitions() {
        given(new UnknownMemberIdException(), PARTITIONS_LOST);
        verify();
    }

    @Test
    void a_producer_that_is_of_no_use_any_more_is_replaced() {
        given(new ProducerFencedException("fenced"), NEW_PRODUCER);
        given(new InvalidProducerEpochException("old"), NEW_PRODUCER);
        given(new InvalidPidMappingException("expired"), NEW_PRODUCER);
        given(new InvalidTxnStateException("not now"), NEW_PRODUCER);
        given(new UnknownProducerIdException("who"), NEW_PRODUCER);
        given(new OutOfOrderSequenceException("gap"), NEW_PRODUCER);
        given(new TransactionCoordinatorFencedException("moved"), NEW_PRODUCER);
        given(new TransactionAbortedException(), NEW_PRODUCER);
        given(new UnknownServerException(), NEW_PRODUCER);
        given(new KafkaException("something of the client's"), NEW_PRODUCER);
        given(new KafkaException("something below it", new IOException("reset")), NEW_PRODUCER);
        verify();
    }

    @Test
    void an_unknown_outcome_takes_a_new_producer_so_that_kafka_decides() {
        given(new KafkaException("no answer to a commit", new TimeoutException("no answer")), NEW_PRODUCER);
        given(new KafkaException("in an error state", new CommitFailedException()), NEW_PRODUCER);
        given(new KafkaException("in an error state", new ProducerFencedException("fenced")), NEW_PRODUCER);
        verify();
    }

    @Test
    void what_would_end_the_same_way_again_fails_the_job() {
        given(new TopicAuthorizationException(Set.of("clicks")), FAIL_JOB);
        given(new GroupAuthorizationException("no"), FAIL_JOB);
        given(new TransactionalIdAuthorizationException("no"), FAIL_JOB);
        given(new SaslAuthenticationException("no"), FAIL_JOB);
        given(new SslAuthenticationException("no"), FAIL_JOB);
        given(new FencedInstanceIdException("two of them"), FAIL_JOB);
        given(new LogTruncationException(Map.of(PARTITION, 5L), Map.of()), FAIL_JOB);
        given(new NoOffsetForPartitionException(PARTITION), FAIL_JOB);
        given(new RecordTooLargeException(), FAIL_JOB);
        given(new InvalidTopicException(), FAIL_JOB);
        given(new UnsupportedVersionException("too old"), FAIL_JOB);
        given(new InconsistentGroupProtocolException("another application"), FAIL_JOB);
        given(new GroupMaxSizeReachedException("full"), FAIL_JOB);
        given(new InvalidGroupIdException("no"), FAIL_JOB);
        given(new InvalidSessionTimeoutException("no"), FAIL_JOB);
        given(new InvalidTxnTimeoutException("no"), FAIL_JOB);
        given(new OffsetMetadataTooLarge(), FAIL_JOB);
        given(new ConfigException("no"), FAIL_JOB);
        given(new InterruptException("stop"), FAIL_JOB);
        assertThat(Thread.interrupted())
                .as("that exception sets the flag again")
                .isTrue();
        given(new JobFailedException("it must not go on", null), FAIL_JOB);
        given(new StateUnavailableException("disk full", null), FAIL_JOB);
        given(new IllegalStateException("a bug"), FAIL_JOB);
        given(new OutOfMemoryError(), FAIL_JOB);
        verify();
    }

    @Test
    void a_wrapper_hides_nothing_that_must_fail_the_job() {
        given(new KafkaException("in an error state", new TopicAuthorizationException(Set.of("counts"))), FAIL_JOB);
        given(
                new KafkaException("User rebalance callback throws an error", new JobFailedException("no", null)),
                FAIL_JOB);
        given(new KafkaException("User rebalance callback throws an error", new IllegalStateException()), FAIL_JOB);
        verify();
    }

    private void given(Throwable error, Reaction reaction) {
        table.put(error, reaction);
    }

    private void verify() {
        table.forEach((error, reaction) ->
                assertThat(Reaction.to(error)).as(error.toString()).isEqualTo(reaction));
    }
}
