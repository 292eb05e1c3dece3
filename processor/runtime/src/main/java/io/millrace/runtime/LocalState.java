package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.topology.Stage;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task's state on this disk, opened, and from where in the changelogs it has to be completed. Local state is used only if it is
 * certainly a prefix of its changelogs; otherwise it is removed, the log says why, and the task is rebuilt from the beginning.
 *
 * @param state null for a task without stores
 * @param offsets per store, the first offset of its changelog that {@code state} does not contain
 * @param fronts per store, from where on its changelog is needed
 * @param leaders per store, what {@code state} says of its changelog's leaders
 * @param hadState whether there was local state that could be used
 * @param asOfMs the wall-clock time as of which {@code state} is complete, {@link #EMPTY} if it holds nothing
 */
record LocalState(
        @Nullable TaskState state,
        long[] offsets,
        List<Cluster.LeaderEpoch> leaders,
        List<ChangelogFront> fronts,
        boolean hadState,
        long asOfMs) {
    /** There is nothing in it that a missed deletion could be for. */
    static final long EMPTY = Long.MIN_VALUE;

    private static final Logger log = LoggerFactory.getLogger(LocalState.class);
    /** Of the time for which a changelog keeps tombstones, the part after which a missed one might be gone. */
    private static final double SAFE_AGE = 0.75;

    /** Of a task without stores. */
    static LocalState none() {
        return new LocalState(null, new long[0], List.of(), List.of(), false, EMPTY);
    }

    /** What a task had that is rolled back: still open, and at its last checkpoint or before it. */
    static LocalState of(TaskSeat seat) {
        boolean hadCheckpoint = seat.start().values().stream().anyMatch(TaskSeat.Start::committed);
        StoredPosition position =
                seat.state() == null ? null : StoredPosition.decode(seat.state().position());
        return new LocalState(
                seat.state(),
                seat.changelogOffsets().clone(),
                position == null ? unknown(seat.changelogOffsets().length) : leaders(position),
                seat.fronts(),
                hadCheckpoint,
                position == null ? EMPTY : position.appliedAtMs());
    }

    /**
     * @param beginnings the changelogs' first offsets
     * @param ends the changelogs' high watermarks
     */
    static LocalState open(
            RuntimeContext context,
            TaskId task,
            List<TopicPartition> changelogs,
            List<Uuid> topicIds,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends) {
        List<String> stores = context.topology().stages().get(task.stage()).stores().stream()
                .map(Stage.Store::name)
                .toList();
        TaskState state = openOrRebuild(context, task, stores);
        byte[] stored = state.position();
        if (stored != null) {
            StoredPosition position = StoredPosition.decode(stored);
            String misfit = position == null
                    ? "it was written in a form that this version cannot read"
                    : misfit(context, position, changelogs, topicIds, beginnings, ends);
            if (misfit == null && position != null) {
                long[] offsets = position.changelogs().stream()
                        .mapToLong(StoredPosition.Changelog::offset)
                        .toArray();
                List<ChangelogFront> fronts = position.changelogs().stream()
                        .map(StoredPosition.Changelog::front)
                        .toList();
                return new LocalState(state, offsets, leaders(position), fronts, true, position.appliedAtMs());
            }
            log.warn("task {} rebuilds its state from the changelog: {}", task, misfit);
            TaskSeat.close(task, state);
            context.backend().destroy(task.toString());
            state = context.backend().open(task.toString(), stores);
        }
        long[] offsets = changelogs.stream()
                .mapToLong(changelog -> beginnings.getOrDefault(changelog, 0L))
                .toArray();
        List<ChangelogFront> fronts =
                changelogs.stream().map(changelog -> new ChangelogFront()).toList();
        return new LocalState(state, offsets, unknown(offsets.length), fronts, false, EMPTY);
    }

    private static List<Cluster.LeaderEpoch> leaders(StoredPosition position) {
        return position.changelogs().stream()
                .map(StoredPosition.Changelog::leader)
                .toList();
    }

    private static List<Cluster.LeaderEpoch> unknown(int count) {
        return Collections.nCopies(count, Cluster.LeaderEpoch.UNKNOWN);
    }

    private static TaskState openOrRebuild(RuntimeContext context, TaskId task, List<String> stores) {
        TaskState state = null;
        try {
            state = context.backend().open(task.toString(), stores);
            state.position();
            return state;
        } catch (StateUnavailableException e) {
            if (state != null) {
                TaskSeat.close(task, state);
            }
            if (!e.corrupt()) {
                throw e;
            }
            log.warn("task {} rebuilds its state from the changelog: {}", task, e.getMessage());
            context.backend().destroy(task.toString());
            return context.backend().open(task.toString(), stores);
        }
    }

    /** Why a seat cannot be caught up, or null if it can. */
    static @Nullable String misfit(
            TaskSeat seat,
            List<TopicPartition> changelogs,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends) {
        for (int i = 0; i < changelogs.size(); i++) {
            TopicPartition changelog = changelogs.get(i);
            long offset = seat.changelogOffsets()[i];
            if (offset < beginnings.getOrDefault(changelog, 0L)) {
                return "somebody else has had the task meanwhile, and has cut " + changelog + " behind what is here";
            }
            long end = ends.getOrDefault(changelog, 0L);
            if (offset > end) {
                return "it contains " + changelog + " up to " + offset + ", but the changelog ends at " + end
                        + ": an unclean leader election has cut it";
            }
        }
        return null;
    }

    /** Why the local state cannot be used, or null if it can. */
    private static @Nullable String misfit(
            RuntimeContext context,
            StoredPosition position,
            List<TopicPartition> changelogs,
            List<Uuid> topicIds,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends) {
        if (position.changelogs().size() != changelogs.size()) {
            return "it was written for " + position.changelogs().size() + " stores, and the job has "
                    + changelogs.size();
        }
        long ageMs = context.clock().millis() - position.appliedAtMs();
        for (int i = 0; i < changelogs.size(); i++) {
            TopicPartition changelog = changelogs.get(i);
            StoredPosition.Changelog stored = position.changelogs().get(i);
            long end = ends.getOrDefault(changelog, 0L);
            if (!stored.topic().equals(topicIds.get(i))) {
                return "topic " + changelog.topic() + " was deleted and created again since it was written";
            }
            if (stored.offset() > end) {
                return "it contains " + changelog + " up to " + stored.offset() + ", but the changelog ends at " + end
                        + ": an unclean leader election has cut it";
            }
            long beginning = beginnings.getOrDefault(changelog, 0L);
            if (stored.offset() < beginning) {
                return "it contains " + changelog + " up to " + stored.offset() + ", but the changelog begins at "
                        + beginning + ": what has expired since was cut off";
            }
            long keepsTombstonesMs = context.cluster().topic(changelog.topic()).deleteRetentionMs();
            // One offset more is the marker of the transaction that the state ends with; a change would have brought
            // its own marker.
            boolean missedChanges = end - stored.offset() > 1;
            if (missedChanges && ageMs > keepsTombstonesMs * SAFE_AGE) {
                return "it is " + ageMs / 1000 + " s old, and " + changelog.topic() + " keeps deletions for only "
                        + keepsTombstonesMs / 1000 + " s: some may have been compacted away unseen";
            }
        }
        return null;
    }
}
