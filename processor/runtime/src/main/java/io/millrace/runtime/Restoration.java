package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Stage;
import io.millrace.state.Expiry;
import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
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
    private final List<Stage.Store> stores;
    private final List<ChangelogFront> fronts;
    private final long[] offsets;
    private final long[] ends;
    private final long[] from;
    /** By store, what is written with the state. */
    private final Cluster.LeaderEpoch[] leaders;
    /** By store, what the state claims and the consumer has to check first; {@link Cluster.LeaderEpoch#UNKNOWN} for none. */
    private final Cluster.LeaderEpoch[] claims;
    /** Where the changelogs ended at {@code targetMs}; once that is reached, nothing older is missing. */
    private long[] target;

    private long targetMs;
    /** By the wall clock: what the state misses was written after this, or is of no consequence to what it holds. */
    private long asOfMs;
    /** By store, when the reading last came further. */
    private final long[] movedMs;
    /** Marks that were read and whose ranges are still to be deleted, by store. */
    private final List<Map<Byte, Long>> marks = new ArrayList<>();

    private final Map<TopicPartition, TaskSeat.Start> start;
    private final Clock clock;
    private final long startedMs;
    private final boolean hadState;
    private @Nullable StateBatch batch;
    private long replayed;
    private long bytes;

    /**
     * @param local the state to begin with
     * @param stores the stage's; {@code changelogs}, {@code topicIds} and {@code ends} are in their order
     * @param ends where each changelog ended after the committed offsets were read
     * @param leaders what is known of the changelogs' leaders, as of then or later
     */
    Restoration(
            RestoreTicket ticket,
            LocalState local,
            List<Stage.Store> stores,
            List<TopicPartition> changelogs,
            List<Uuid> topicIds,
            long[] ends,
            Map<TopicPartition, Cluster.LeaderEpoch> leaders,
            Map<TopicPartition, TaskSeat.Start> start,
            Clock clock) {
        this.ticket = ticket;
        this.state = local.state();
        this.stores = stores;
        this.changelogs = changelogs;
        this.topicIds = topicIds;
        this.offsets = local.offsets();
        this.fronts = local.fronts();
        this.ends = ends;
        this.hadState = local.hadState();
        stores.forEach(store -> marks.add(new TreeMap<>()));
        this.start = start;
        this.clock = clock;
        this.startedMs = clock.millis();
        this.from = offsets.clone();
        this.leaders = changelogs.stream()
                .map(changelog -> leaders.getOrDefault(changelog, Cluster.LeaderEpoch.UNKNOWN))
                .toArray(Cluster.LeaderEpoch[]::new);
        this.claims = local.leaders().toArray(Cluster.LeaderEpoch[]::new);
        for (int i = 0; i < claims.length; i++) {
            if (claims[i].epoch() == this.leaders[i].epoch() || !this.leaders[i].isKnown()) {
                // No election since: nothing can have been cut.
                claims[i] = Cluster.LeaderEpoch.UNKNOWN;
            }
        }
        this.target = ends;
        this.targetMs = startedMs;
        // What is read from here on goes with deletions that the log keeps for long enough from here on.
        this.asOfMs = local.asOfMs() == LocalState.EMPTY ? startedMs : local.asOfMs();
        this.movedMs = new long[offsets.length];
        Arrays.fill(movedMs, startedMs);
        publish();
    }

    RestoreTicket ticket() {
        return ticket;
    }

    TaskId task() {
        return ticket.task();
    }

    /** The changelog partitions that are not at their end, or not known to be those of the state, with the offset to read on from. */
    Map<TopicPartition, Long> missing() {
        Map<TopicPartition, Long> missing = new HashMap<>();
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] < ends[i] || claims[i].isKnown()) {
                missing.put(changelogs.get(i), offsets[i]);
            }
        }
        return missing;
    }

    /** What the state claims of a changelog's leaders, if that is still to be checked. */
    Cluster.LeaderEpoch claim(TopicPartition changelog) {
        return claims[changelogs.indexOf(changelog)];
    }

    /** The changelog has what the state claims. */
    void confirm(TopicPartition changelog) {
        claims[changelogs.indexOf(changelog)] = Cluster.LeaderEpoch.UNKNOWN;
    }

    /**
     * Whether a changelog was cut below what the state has of it; if not, a leader has moved after what the state claims.
     *
     * @param end where the changelog's records end of the epochs up to the one that the consumer came with; null if there are none. Without a
     *     claim this was the epoch of what it had just read, so that it was a cut
     */
    boolean isCut(TopicPartition changelog, @Nullable OffsetAndMetadata end) {
        int store = changelogs.indexOf(changelog);
        boolean claimed = claims[store].isKnown();
        return !claimed || end == null || end.offset() < Math.min(claims[store].end(), offsets[store]);
    }

    /** What is known of the changelogs' leaders by now. */
    void reachedIn(Function<TopicPartition, Cluster.LeaderEpoch> leaderOf) {
        for (int i = 0; i < leaders.length; i++) {
            Cluster.LeaderEpoch leader = leaderOf.apply(changelogs.get(i));
            if (leader.isKnown()) {
                leaders[i] = leader;
            }
        }
    }

    /** Says what keeps it from going on; null if nothing does. */
    void waitsFor(@Nullable String what) {
        ticket.progress(ticket.progress().waitingFor(what));
    }

    boolean reads(Collection<TopicPartition> any) {
        return changelogs.stream().anyMatch(any::contains);
    }

    /** Where a changelog ended when this began. */
    long end(TopicPartition changelog) {
        return ends[changelogs.indexOf(changelog)];
    }

    /** The changelogs that reading has not come further in since then, with where it is. */
    Map<TopicPartition, Long> stalledSince(long ms) {
        Map<TopicPartition, Long> stalled = missing();
        stalled.keySet().removeIf(changelog -> movedMs[changelogs.indexOf(changelog)] > ms);
        return stalled;
    }

    /** Applies what was read from one changelog partition, and notes that it has been read up to {@code position}. */
    void apply(TopicPartition changelog, List<ConsumerRecord<byte[], byte[]>> records, long position) {
        int store = changelogs.indexOf(changelog);
        boolean expiring = stores.get(store).expiring();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            requireKey(record);
            if (record.value() == null) {
                batch().delete(store, record.key());
            } else {
                batch().put(store, record.key(), record.value());
            }
            if (expiring) {
                noteExpiry(store, record);
            }
            replayed++;
            bytes += record.key().length + (record.value() == null ? 0 : record.value().length);
        }
        if (position > offsets[store]) {
            movedMs[store] = clock.millis();
        }
        offsets[store] = position;
        if (isTargetReached()) {
            asOfMs = targetMs;
        }
        // The consumer reads nothing before it has checked this.
        claims[store] = Cluster.LeaderEpoch.UNKNOWN;
        publish();
        if (batch != null && batch.sizeBytes() >= BATCH_BYTES) {
            write();
        }
    }

    @SuppressWarnings("NullAway") // Kafka's records have null keys, and it does not say so.
    private static void requireKey(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            throw new JobFailedException(
                    record.topic() + "-" + record.partition() + "@" + record.offset()
                            + ": a record without a key, which is none of this job's. The topic belongs to the job alone: find out who"
                            + " else writes there, then start the job anew: stop all instances and run millrace reset",
                    null);
        }
    }

    private void publish() {
        long done = 0;
        long total = 0;
        for (int i = 0; i < offsets.length; i++) {
            done += Math.min(offsets[i], ends[i]) - Math.min(from[i], ends[i]);
            total += Math.max(0, ends[i] - from[i]);
        }
        ticket.progress(new RestoreTicket.Progress(done, total, bytes, null));
    }

    private void noteExpiry(int store, ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        fronts.get(store).changed(record.key(), value, record.offset());
        if (value != null && Expiry.isMark(record.key())) {
            marks.get(store).merge(Expiry.kind(record.key()), Expiry.timeMs(value), Math::max);
        }
    }

    /**
     * Removes what the marks read so far say. Every entry that has expired comes before its mark in the log, as none is written again once its
     * time has expired, so it is in the state or in this batch by now; and as the batch also holds the marks' own entries and the new
     * position, no crash can leave an expired entry behind.
     */
    private void expire(StateBatch to) {
        for (int store = 0; store < marks.size(); store++) {
            int at = store;
            marks.get(store)
                    .forEach((kind, timeMs) -> to.deleteRange(at, Expiry.start(kind), Expiry.end(kind, timeMs)));
            marks.get(store).clear();
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
            expire(batch);
            state.apply(batch, position().encode());
            batch = null;
        }
    }

    private StoredPosition position() {
        List<StoredPosition.Changelog> positions = new ArrayList<>();
        for (int i = 0; i < offsets.length; i++) {
            // A claim that is not checked yet stays what it is, so that whoever opens the state next checks it.
            Cluster.LeaderEpoch leader = claims[i].isKnown() ? claims[i] : leaders[i];
            positions.add(new StoredPosition.Changelog(topicIds.get(i), offsets[i], leader, fronts.get(i)));
        }
        return new StoredPosition(asOfMs, positions);
    }

    /**
     * The changelogs ended there at that time. Without this a standby, which has no end, would count as ever older; and to count its age
     * from when it was last written would be wrong, as it may be written long before it has read what it had missed.
     */
    void ended(long[] changelogEnds, long ms) {
        if (isTargetReached() || target == ends) {
            target = changelogEnds;
            targetMs = ms;
            asOfMs = isTargetReached() ? ms : asOfMs;
        }
    }

    private boolean isTargetReached() {
        for (int i = 0; i < offsets.length; i++) {
            if (offsets[i] < target[i]) {
                return false;
            }
        }
        return true;
    }

    /** Per store, the first offset of its changelog that has not been applied. */
    long[] offsets() {
        return offsets.clone();
    }

    /**
     * Writes what was applied and how far that is, also if nothing but markers has come since. A position means that there has been a
     * checkpoint; so there is none before the first.
     */
    void keep() {
        if (sawCheckpoint()) {
            batch();
            write();
        }
    }

    /** Makes what was written durable. */
    void flush() {
        if (state != null) {
            state.flush();
        }
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
        return new TaskSeat(task(), state, topicIds, offsets, fronts, start, replayed);
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
            TaskSeat.close(task(), state);
        }
    }

    /** Whether the state was found to be damaged. */
    boolean isDamaged() {
        return state != null && state.isDamaged();
    }
}
