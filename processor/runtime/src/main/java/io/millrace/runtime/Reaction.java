package io.millrace.runtime;

import io.millrace.serde.RetriableDecodeException;
import io.millrace.state.StateUnavailableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.ControllerMovedException;
import org.apache.kafka.common.errors.DelegationTokenDisabledException;
import org.apache.kafka.common.errors.DelegationTokenExpiredException;
import org.apache.kafka.common.errors.DelegationTokenNotFoundException;
import org.apache.kafka.common.errors.DelegationTokenOwnerMismatchException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InconsistentClusterIdException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidCommitOffsetSizeException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.MemberIdRequiredException;
import org.apache.kafka.common.errors.MismatchedEndpointTypeException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RebootstrapRequiredException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnacceptableCredentialException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedAssignorException;
import org.apache.kafka.common.errors.UnsupportedByAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;
import org.apache.kafka.common.errors.UnsupportedEndpointTypeException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.security.oauthbearer.JwtValidatorException;

/**
 * What is done about an exception. Every exception has exactly one reaction: that of its own class, or else of the nearest class above it
 * in the table below. A test lists every exception of the Kafka client with its reaction, so that an upgrade that brings a new one fails.
 *
 * <p>The client says in three ways that a transaction cannot go on: by an exception of its own, by {@code KafkaException} with the first
 * cause in it, and by the callbacks of what was sent. The first two come here as they are, the third by way of {@link Transaction#commit}.
 */
enum Reaction {
    /**
     * It passes by itself: a broker, a coordinator or a leader is away or moving. Ask again, with a pause. A worker goes back to its last
     * checkpoint before that, because it cannot know what of its transaction has arrived, and to send it again would be to send it twice.
     */
    RETRY("the open transaction is aborted"),
    /** Abort the transaction and rebuild the tasks from the last checkpoint; the producer is fine. */
    ROLL_BACK("the open transaction is aborted"),
    /**
     * The producer is of no use any more, or how its transaction ended is unknown: take a new one, then as for a roll-back. The old one
     * aborts nothing: it may no longer, and the new one's {@code initTransactions} does that or waits until it is done.
     */
    NEW_PRODUCER("a new producer takes over and ends the open transaction"),
    /** The group does not know this worker any more and its tasks may be somebody else's: abort, close them, commit nothing for them. */
    PARTITIONS_LOST("the open transaction is aborted, because its tasks may be somebody else's"),
    /** Stop the job and say why: trying again would end the same way. */
    FAIL_JOB("the job stops");

    private static final Map<Class<? extends Throwable>, Reaction> TABLE = table();

    private final String inWords;

    Reaction(String inWords) {
        this.inWords = inWords;
    }

    /** What is done, for the log. */
    String inWords() {
        return inWords;
    }

    /** What has happened, for the log: the client often puts the reason into a cause. */
    static String reason(Throwable error) {
        StringBuilder text = new StringBuilder(error.toString());
        Throwable last = error;
        for (Throwable cause = error.getCause(); cause != null && cause != last; cause = cause.getCause()) {
            if (text.indexOf(String.valueOf(cause.getMessage())) < 0) {
                text.append(", because of ").append(cause);
            }
            last = cause;
        }
        return text.toString();
    }

    static Reaction to(Throwable error) {
        if (error instanceof StateUnavailableException state) {
            // The restorer rebuilds damaged state when the task comes back to it; nothing here can mend a full disk.
            return state.corrupt() ? ROLL_BACK : FAIL_JOB;
        }
        Reaction reaction = of(error.getClass());
        Throwable cause = error.getCause();
        if (reaction == NEW_PRODUCER
                && (cause instanceof RuntimeException || cause instanceof Error)
                && to(cause) == FAIL_JOB) {
            // A wrapper hides nothing that would end the same way again.
            return FAIL_JOB;
        }
        return reaction;
    }

    /** That of an exception of this class without a cause. */
    static Reaction of(Class<?> error) {
        for (Class<?> type = error; type != null; type = type.getSuperclass()) {
            Reaction reaction = TABLE.get(type);
            if (reaction != null) {
                return reaction;
            }
        }
        return FAIL_JOB;
    }

    private static Map<Class<? extends Throwable>, Reaction> table() {
        Map<Class<? extends Throwable>, Reaction> table = new HashMap<>();
        // Fenced, an expired id, an unknown outcome, an error of the broker's, and whatever nobody has thought of:
        // initTransactions
        // mends these if anything does.
        table.put(KafkaException.class, NEW_PRODUCER);
        // Most of it is retried by the clients themselves, and comes here when their time is over.
        List.<Class<? extends Throwable>>of(
                        RetriableException.class,
                        BrokerNotAvailableException.class,
                        ControllerMovedException.class,
                        MemberIdRequiredException.class,
                        RebootstrapRequiredException.class,
                        UnreleasedInstanceIdException.class)
                .forEach(type -> table.put(type, RETRY));
        // The transaction or the place in the group is gone, but not the producer.
        List.<Class<? extends Throwable>>of(
                        CommitFailedException.class,
                        IllegalGenerationException.class,
                        RebalanceInProgressException.class,
                        StaleMemberEpochException.class,
                        GroupIdNotFoundException.class,
                        // The restorer looks at what is gone, and does as the job says.
                        OffsetOutOfRangeException.class,
                        TransactionAbortableException.class,
                        RetriableDecodeException.class,
                        ChangelogCutException.class)
                .forEach(type -> table.put(type, ROLL_BACK));
        List.<Class<? extends Throwable>>of(UnknownMemberIdException.class, FencedMemberEpochException.class)
                .forEach(type -> table.put(type, PARTITIONS_LOST));
        hopeless().forEach(type -> table.put(type, FAIL_JOB));
        return Map.copyOf(table);
    }

    /** A setting, a right, a record or a version that will be no other the next time. */
    private static List<Class<? extends Throwable>> hopeless() {
        return List.of(
                InvalidConfigurationException.class,
                LogTruncationException.class,
                InvalidOffsetException.class,
                ConfigException.class,
                SerializationException.class,
                InterruptException.class,
                WakeupException.class,
                FencedInstanceIdException.class,
                RecordTooLargeException.class,
                InvalidTimestampException.class,
                OffsetMetadataTooLarge.class,
                InvalidCommitOffsetSizeException.class,
                InvalidGroupIdException.class,
                InvalidSessionTimeoutException.class,
                InvalidTxnTimeoutException.class,
                InconsistentGroupProtocolException.class,
                UnsupportedAssignorException.class,
                GroupMaxSizeReachedException.class,
                InvalidPartitionsException.class,
                PolicyViolationException.class,
                InvalidRequestException.class,
                UnsupportedCompressionTypeException.class,
                SecurityDisabledException.class,
                UnsupportedByAuthenticationException.class,
                UnacceptableCredentialException.class,
                DelegationTokenDisabledException.class,
                DelegationTokenExpiredException.class,
                DelegationTokenNotFoundException.class,
                DelegationTokenOwnerMismatchException.class,
                InconsistentClusterIdException.class,
                MismatchedEndpointTypeException.class,
                UnsupportedEndpointTypeException.class,
                JwtValidatorException.class);
    }
}
