package io.millrace.runtime;

import io.millrace.engine.time.Progress;
import io.millrace.serde.DecodeException;
import org.apache.kafka.common.Uuid;

/**
 * What is committed beside an offset, as its metadata: of which topic it is, and how far event time had come there. A topic that is deleted
 * and created again has the same name, but other records under the same offsets; only its id tells.
 *
 * @param topicId {@link Uuid#ZERO_UUID} if it is not known, as when another tool has set the offset
 */
public record CommitNote(Uuid topicId, Progress progress) {
    /** In neither an id nor what {@link Progress} writes. */
    private static final char SEPARATOR = ':';

    /** At most {@code 4,023} characters; brokers take 4,096 by default. */
    public String encode() {
        return topicId.toString() + SEPARATOR + progress.encode();
    }

    /** @throws DecodeException if the text is not Millrace's */
    public static CommitNote decode(String metadata) {
        int end = metadata.indexOf(SEPARATOR);
        if (end < 0) {
            return new CommitNote(Uuid.ZERO_UUID, Progress.decode(metadata));
        }
        Progress progress = Progress.decode(metadata.substring(end + 1));
        try {
            return new CommitNote(Uuid.fromString(metadata.substring(0, end)), progress);
        } catch (IllegalArgumentException e) {
            throw new DecodeException("commit metadata is not Millrace's: does another consumer use this group.id?", e);
        }
    }

    /** Whether the offset cannot be one of the topic with this id. */
    public boolean isOfAnother(Uuid topic) {
        return !topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(topic);
    }
}
