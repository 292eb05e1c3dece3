package io.millrace.runtime;

import io.millrace.engine.task.JobFailedException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds input that is gone before the job has read it, and does with it as the job says. Call only from the restorer. */
final class LostInput {
    private static final Logger log = LoggerFactory.getLogger(LostInput.class);

    private final RuntimeContext context;
    /** Up to where a loss has been counted, for partitions that come here again before they have committed anything. */
    private final Map<TopicPartition, Long> counted = new HashMap<>();

    LostInput(RuntimeContext context) {
        this.context = context;
    }

    /**
     * Where to go on in an input.
     *
     * @param committed where the job left off
     * @param beginning where the partition begins
     * @param end where it ends
     * @param source whether it is a source's; what is gone from the job's own topics is never gone without
     * @throws JobFailedException if it cannot, or must not, go on
     */
    long resume(TopicPartition partition, long committed, long beginning, long end, boolean source) {
        if (committed > end) {
            throw new JobFailedException(
                    partition + " ends at " + end + ", but the job has read it up to " + committed
                            + ": the topic was deleted and created again, or an unclean leader election has cut it. Set the group's"
                            + " offset of that partition to where the job is to go on, or run the job under a new name to start anew",
                    null);
        }
        if (committed >= beginning) {
            return committed;
        }
        String lost = "input is gone that the job has not read: " + partition + " from offset " + committed + " to "
                + (beginning - 1) + ", " + (beginning - committed)
                + " records or fewer, deleted by the topic's retention or by hand";
        if (!source) {
            throw new JobFailedException(
                    lost
                            + ". This topic is the job's own, and only the job may delete from it. Delete the job's internal topics and its"
                            + " group's offsets to start anew",
                    null);
        }
        if (context.config().onDataLoss() == OnDataLoss.FAIL) {
            throw new JobFailedException(
                    lost
                            + ". To go on without them, set errors.on.data.loss to continue, or set the group's offset of that partition"
                            + " to its beginning",
                    null);
        }
        long from = Math.max(committed, counted.getOrDefault(partition, 0L));
        if (from < beginning) {
            log.error("{}. The job goes on at {}, as errors.on.data.loss says", lost, beginning);
            context.metrics().lost(partition.topic(), beginning - from);
            counted.put(partition, beginning);
        }
        return beginning;
    }
}
