package io.millrace.runtime;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** A changelog lacks changes that were committed: an election among replicas that had not all of it, which the topic allows, has cut it. */
final class ChangelogCutException extends KafkaException {
    private static final long serialVersionUID = 1;

    private final transient TopicPartition changelog;

    /** @param offset of a new change, below {@code end}, where the changelog had come to */
    ChangelogCutException(TopicPartition changelog, long end, long offset) {
        super(
                "changelog " + changelog + " went up to " + end + " and now goes on at " + offset
                        + ": an unclean leader election has cut it. Set unclean.leader.election.enable=false and min.insync.replicas=2");
        this.changelog = changelog;
    }

    TopicPartition changelog() {
        return changelog;
    }
}
