package io.millrace.runtime;

import io.millrace.engine.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out whether a bounded run is over for the whole job, on all instances: when every task's last checkpoint says so. */
final class JobEnd {
    private static final Logger log = LoggerFactory.getLogger(JobEnd.class);
    private static final long INTERVAL_MS = 500;
    private static final long VISIBLE_TIMEOUT_MS = 10_000;
    private static final long VISIBLE_POLL_NANOS = 10_000_000;

    private final RuntimeContext context;
    private final List<TopicPartition> inputs = new ArrayList<>();
    private long lastMs;

    JobEnd(RuntimeContext context) {
        this.context = context;
        for (TaskId task : context.placement().tasks()) {
            inputs.addAll(context.placement().partitionsOf(task));
        }
    }

    /** Looks at most every {@value #INTERVAL_MS} ms; false in between and for unbounded runs. */
    boolean isReached() {
        long nowMs = context.clock().millis();
        if (!context.untilEnd() || nowMs - lastMs < INTERVAL_MS) {
            return false;
        }
        lastMs = nowMs;
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = context.admin().committed(context.group(), inputs);
            return inputs.stream().allMatch(input -> isFinished(committed.get(input)));
        } catch (KafkaException e) {
            log.debug("cannot look whether the job is finished, will look again: {}", e.toString());
            return false;
        }
    }

    /**
     * Waits until what the job wrote can be read. A commit returns when it is decided; its markers reach the sinks a moment later, and
     * whoever starts to read when the process has ended should find everything.
     */
    void awaitVisible() {
        List<TopicPartition> sinks = new ArrayList<>();
        for (String topic : context.topology().sinkTopics()) {
            for (int partition = 0; partition < context.cluster().partitions(topic); partition++) {
                sinks.add(new TopicPartition(topic, partition));
            }
        }
        long deadlineMs = context.clock().millis() + VISIBLE_TIMEOUT_MS;
        try {
            Map<TopicPartition, Long> written = context.admin().ends(sinks, false);
            while (!isVisible(written, context.admin().ends(sinks, true))) {
                if (context.clock().millis() > deadlineMs) {
                    log.warn(
                            "other writers' open transactions still hide records of {}",
                            context.topology().sinkTopics());
                    return;
                }
                LockSupport.parkNanos(this, VISIBLE_POLL_NANOS);
            }
        } catch (KafkaException e) {
            log.warn("cannot look whether all results are visible: {}", e.toString());
        }
    }

    private static boolean isVisible(Map<TopicPartition, Long> written, Map<TopicPartition, Long> stable) {
        return written.entrySet().stream().allMatch(sink -> stable.getOrDefault(sink.getKey(), 0L) >= sink.getValue());
    }

    private static boolean isFinished(@Nullable OffsetAndMetadata committed) {
        return committed != null
                && CommitNote.decode(committed.metadata()).progress().finished();
    }
}
