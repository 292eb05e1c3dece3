package io.millrace.runtime;

import io.millrace.engine.task.JobFailedException;
import io.millrace.serde.RetriableDecodeException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.InvalidSessionTimeoutException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What a worker does about an exception. Every exception has exactly one reaction. */
enum Reaction {
    /** Abort the transaction and rebuild the tasks from the last checkpoint; producer and membership are fine. */
    ROLL_BACK,
    /** The producer is of no use any more, or how its transaction ended is unknown: take a new one, then as for a roll-back. */
    NEW_PRODUCER,
    /** Stop the job and say why: trying again would end the same way. */
    FAIL_JOB;

    static Reaction to(Throwable error) {
        if (error instanceof JobFailedException || error instanceof Error) {
            return FAIL_JOB;
        }
        if (error instanceof RetriableDecodeException) {
            return ROLL_BACK;
        }
        if (error instanceof AuthorizationException
                || error instanceof AuthenticationException
                || error instanceof FencedInstanceIdException
                || error instanceof OffsetOutOfRangeException
                || error instanceof RecordTooLargeException
                || error instanceof InvalidTopicException
                || error instanceof UnsupportedVersionException
                || error instanceof InconsistentGroupProtocolException
                || error instanceof GroupMaxSizeReachedException
                || error instanceof InvalidGroupIdException
                || error instanceof InvalidSessionTimeoutException
                || error instanceof InvalidTxnTimeoutException
                || error instanceof OffsetMetadataTooLarge
                || error instanceof NoOffsetForPartitionException
                || error instanceof ConfigException
                || error instanceof InterruptException) {
            return FAIL_JOB;
        }
        if (error instanceof CommitFailedException
                || error instanceof RebalanceInProgressException
                || error instanceof IllegalGenerationException
                || error instanceof UnknownMemberIdException
                || error instanceof TransactionAbortableException
                || error instanceof RetriableException) {
            return ROLL_BACK;
        }
        if (error instanceof KafkaException) {
            // Fenced, an invalid epoch or mapping, or the producer's own fatal state: all are mended by a new epoch.
            // What hides behind a
            // wrapper decides where there is one.
            Throwable cause = error.getCause();
            if (cause instanceof RuntimeException || cause instanceof Error) {
                return to(cause) == FAIL_JOB ? FAIL_JOB : NEW_PRODUCER;
            }
            return NEW_PRODUCER;
        }
        return FAIL_JOB;
    }
}
