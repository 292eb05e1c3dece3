package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * One task on its way to its last checkpoint: its open state, how far each changelog has been applied, and how far it must be. Call only
 * from the restorer.
 */
final class Restoration {
    /** Changes are applied in batches of about this size. */
    private static final long BATCH_BYTES = 4L << 20;

    private final RestoreTicket ticket;
    private final @Nullable TaskState state;
    private final List<TopicPartition> changelogs;
    private final List<Uuid> topicIds;
    private final long[] offsets;
    private final long[] ends;
    private final Map<TopicPartition, TaskSeat.Start> start;
    private final Clock clock;
    private final long startedMs;
    private final boolean hadState;
    private @Nullable StateBatch batch;
    private long replayed;

    /**
     * @param offsets the first offset of each changelog that the state does not contain
     * @param ends where each changelog ended after the committed offsets were read
     * @param hadState whether the state had been written by an earlier checkpoint
     */
    Restoration(
            RestoreTicket ticket,
            @Nullable TaskState state,
            List<TopicPartition> changelogs,
            List<Uuid> topicIds,
            long[] offsets,
            long[] ends,
            boolean hadState,
            Map<TopicPartition, TaskSeat.Start> start,
            Clock clock) {
        this.ticket = ticket;
        this.state = state;
        this.changelogs = changelogs;
        this.topicIds = topicIds;
        this.offsets = offsets;
        this.ends = ends;
        this.hadState = hadState;
        this.start = start;
        this.clock = clock;
        this.startedMs = clock.millis();
    }

    RestoreTicket ticket() {
        return ticket;
    }

    TaskId task() {
        return ticket.task();
    }

    /** The changelog partitions that are not at their end, with the offset to read on from. */
    Map<TopicPartition, Long> missing() {
        Map<TopicPartition, Long> missing = new HashMap<>();
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] < ends[i]) {
                missing.put(changelogs.get(i), offsets[i]);
            }
        }
        return missing;
    }

    /** Applies what was read from one changelog partition, and notes that it has been read up to {@code position}. */
    void apply(TopicPartition changelog, List<ConsumerRecord<byte[], byte[]>> records, long position) {
        int store = changelogs.indexOf(changelog);
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.value() == null) {
                batch().delete(store, record.key());
            } else {
                batch().put(store, record.key(), record.value());
            }
            replayed++;
        }
        offsets[store] = position;
        if (batch != null && batch.sizeBytes() >= BATCH_BYTES) {
            write();
        }
    }

    private StateBatch batch() {
        if (state == null) {
            throw new IllegalStateException("task " + task() + " has no stores");
        }
        if (batch == null) {
            batch = state.newBatch();
        }
        return batch;
    }

    private void write() {
        if (batch != null && state != null) {
            state.apply(batch, position().encode());
            batch = null;
        }
    }

    private StoredPosition position() {
        List<StoredPosition.Changelog> positions = new ArrayList<>();
        for (int i = 0; i < offsets.length; i++) {
            positions.add(new StoredPosition.Changelog(topicIds.get(i), offsets[i]));
        }
        return new StoredPosition(clock.millis(), positions);
    }

    /** Whether any checkpoint of this task had ever been: local state or committed changes say so. */
    boolean sawCheckpoint() {
        return hadState || replayed > 0;
    }

    long replayed() {
        return replayed;
    }

    long tookMs() {
        return clock.millis() - startedMs;
    }

    Map<TopicPartition, TaskSeat.Start> start() {
        return start;
    }

    /** The finished seat; the state is the receiver's from here on. */
    TaskSeat seat() {
        write();
        return new TaskSeat(task(), state, topicIds, offsets, start, replayed);
    }

    /** Stops half-way, to be begun again by the same ticket: what was not written is forgotten. */
    void abandon() {
        if (ticket.earlier() == null) {
            close();
        } else if (batch != null) {
            batch.close();
            batch = null;
        }
    }

    /** Gives up: closes the state. */
    void close() {
        if (batch != null) {
            batch.close();
            batch = null;
        }
        if (state != null) {
            state.close();
        }
    }
}
