package io.millrace.simulation;

import io.millrace.runtime.CommitNote;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Neither the committed offset of a partition nor the watermark that is committed with it ever goes back. */
final class OffsetsNeverGoBack implements Invariant {
    @Override
    public void committing(TopicPartition partition, @Nullable OffsetAndMetadata before, OffsetAndMetadata after) {
        if (before == null) {
            return;
        }
        if (after.offset() < before.offset()) {
            throw new Violation("the committed offset of " + partition + " goes back from " + before.offset() + " to "
                    + after.offset());
        }
        long watermarkMs = CommitNote.decode(before.metadata()).progress().taskWatermarkMs();
        long nextMs = CommitNote.decode(after.metadata()).progress().taskWatermarkMs();
        if (nextMs < watermarkMs) {
            throw new Violation(
                    "the committed watermark of " + partition + " goes back from " + watermarkMs + " to " + nextMs);
        }
    }
}
