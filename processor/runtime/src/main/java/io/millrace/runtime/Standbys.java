package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.topology.Stage;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tasks that this instance's disk holds without running them. Those that the group wants it to follow are standbys: restorations without
 * an end, which read the changelogs as they are written, committed records only, and store how far they are. The others rest. Of all of
 * them it knows how far behind they are, and tells {@link LocalTasks}.
 *
 * <p>A standby becomes the active task by being closed: the restorer opens what it left, like any local state, and reads the rest. So
 * there is one way only in which a task comes to its last checkpoint, and a standby needs none of its care.
 *
 * <p>Call only from the restorer's thread, except where a method says otherwise.
 */
final class Standbys implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Standbys.class);
    private static final long RETRY_MS = 10_000;
    /** How often what has been read is made durable; a crash reads as much again. */
    private static final long FLUSH_MS = 10_000;

    private static final long LAGS_MS = 2_000;
    private static final long LAGS_WHEN_WARMING_UP_MS = 500;

    private final RuntimeContext context;
    private final LocalTasks local;
    private final ChangelogEpochs epochs;
    private final Map<TaskId, Restoration> open = new TreeMap<>();
    /** How far in the changelogs the state is that lies there closed. */
    private final Map<TaskId, long[]> resting = new TreeMap<>();

    private final Map<TaskId, long[]> flushed = new HashMap<>();
    private final Set<TaskId> caughtUp = new HashSet<>();
    private final Queue<TaskSeat> returned = new ConcurrentLinkedQueue<>();
    private @Nullable Consumer<byte[], byte[]> consumer;
    private boolean busy;
    private long openAtMs;
    private long flushAtMs;
    private long lagsAtMs;
    private volatile boolean knowsDisk;

    Standbys(RuntimeContext context, LocalTasks local, ChangelogEpochs epochs) {
        this.context = context;
        this.local = local;
        this.epochs = epochs;
    }

    /** The changelogs that are followed. */
    Set<TopicPartition> changelogs() {
        Set<TopicPartition> changelogs = new HashSet<>();
        open.keySet().forEach(task -> changelogs.addAll(JobCluster.changelogs(context.topology(), task)));
        return changelogs;
    }

    /**
     * One round: opens what is to be followed, one task at a time, and reads what has come, without waiting for it.
     *
     * @param taken which tasks a worker has, or is about to get
     */
    void step(Predicate<TaskId> taken) {
        rest();
        busy = false;
        long nowMs = context.clock().millis();
        Set<TaskId> wanted = local.followed();
        for (TaskId task : List.copyOf(open.keySet())) {
            if (!wanted.contains(task)) {
                log.info("task {} is not followed any more", task);
                release(task);
            }
        }
        if (nowMs >= openAtMs) {
            wanted.stream()
                    .filter(task -> !open.containsKey(task) && !taken.test(task) && isFollowable(task))
                    .findFirst()
                    .ifPresent(this::open);
        }
        read();
        open.values().forEach(standby -> standby.reachedIn(epochs::of));
        if (nowMs >= flushAtMs) {
            flushAtMs = nowMs + FLUSH_MS;
            List.copyOf(open.keySet()).forEach(this::flush);
        }
        if (nowMs >= lagsAtMs) {
            lagsAtMs = nowMs + (local.isWarmingUp() ? LAGS_WHEN_WARMING_UP_MS : LAGS_MS);
            measure();
        }
    }

    /** Whether the last round found something to do, so that the next should follow at once. */
    boolean isBusy() {
        return busy;
    }

    /** Whether it is known what the disk holds, and may be told. Callable from any thread. */
    boolean knowsDisk() {
        return knowsDisk;
    }

    /** A worker has closed a task's state. Callable from any thread, before the task may be opened again. */
    void returned(TaskSeat seat) {
        if (seat.state() != null) {
            returned.add(seat);
        }
    }

    /** Closes a task's state if it is open here, so that the restorer may open it. */
    void release(TaskId task) {
        Restoration standby = open.remove(task);
        if (standby != null) {
            close(standby);
            resting.put(task, standby.offsets());
            assign();
        }
    }

    /** The restorer has the task's state now: how far it is behind will be known when that is done. */
    void restoring(TaskId task) {
        if (resting.remove(task) != null) {
            local.holds(task, MemberReport.UNKNOWN_LAG);
        }
    }

    /** A worker runs the task now. */
    void runs(TaskId task) {
        resting.remove(task);
        if (context.placement().hasState(task)) {
            local.holds(task, 0);
        }
    }

    /** Looks at everything that is on the disk, the first time that it is called, before any of it is opened. */
    void inspect() {
        if (knowsDisk) {
            return;
        }
        Set<String> names = context.backend().tasks();
        for (TaskId task : context.placement().tasks()) {
            if (context.placement().hasState(task) && names.contains(task.toString())) {
                inspect(task);
            }
        }
        measure();
        knowsDisk = true;
    }

    private void inspect(TaskId task) {
        List<String> stores = stores(task).stream().map(Stage.Store::name).toList();
        try (TaskState state = context.backend().open(task.toString(), stores)) {
            StoredPosition position = StoredPosition.decode(state.position());
            List<Uuid> topics = position == null
                    ? List.of()
                    : position.changelogs().stream()
                            .map(StoredPosition.Changelog::topic)
                            .toList();
            if (position != null && topics.equals(topicIds(task))) {
                resting.put(
                        task,
                        position.changelogs().stream()
                                .mapToLong(StoredPosition.Changelog::offset)
                                .toArray());
                local.holds(task, MemberReport.UNKNOWN_LAG);
            }
        } catch (StateUnavailableException e) {
            log.info("what there is of task {} is not taken into account: {}", task, e.getMessage());
        }
    }

    private void rest() {
        for (TaskSeat seat = returned.poll(); seat != null; seat = returned.poll()) {
            resting.put(seat.task(), seat.changelogOffsets());
            local.holds(seat.task(), 0);
        }
    }

    /** An order may come from a leader that runs another version of the job. */
    private boolean isFollowable(TaskId task) {
        return context.placement().tasks().contains(task) && context.placement().hasState(task);
    }

    private void open(TaskId task) {
        busy = true;
        List<TopicPartition> changelogs = JobCluster.changelogs(context.topology(), task);
        try {
            Map<TopicPartition, Long> beginnings = context.admin().beginnings(changelogs);
            Map<TopicPartition, Long> ends = context.admin().ends(changelogs, false);
            LocalState state = LocalState.open(context, task, changelogs, topicIds(task), beginnings, ends);
            long[] endless = new long[changelogs.size()];
            Arrays.fill(endless, Long.MAX_VALUE);
            Restoration standby = new Restoration(
                    new RestoreTicket(task, null),
                    state,
                    stores(task),
                    changelogs,
                    topicIds(task),
                    endless,
                    epochs.look(changelogs),
                    Map.of(),
                    context.clock());
            open.put(task, standby);
            resting.remove(task);
            flushed.put(task, standby.offsets());
            local.holds(task, MemberReport.UNKNOWN_LAG);
            lagsAtMs = 0;
            assign();
            log.info("task {} is followed from {} on", task, standby.missing());
        } catch (StateUnavailableException | KafkaException e) {
            openAtMs = context.clock().millis() + RETRY_MS;
            log.warn("task {} cannot be followed, trying again in {} ms: {}", task, RETRY_MS, e.getMessage());
        }
    }

    private void assign() {
        Consumer<byte[], byte[]> reader = consumer;
        if (reader == null) {
            reader = context.clients().consumer(EngineSettings.restoreConsumer(context.group() + "-standby"));
            consumer = reader;
        }
        Map<TopicPartition, Long> wanted = new HashMap<>();
        open.values().forEach(standby -> wanted.putAll(standby.missing()));
        Set<TopicPartition> before = new HashSet<>(reader.assignment());
        reader.assign(wanted.keySet());
        for (Map.Entry<TopicPartition, Long> entry : wanted.entrySet()) {
            if (!before.contains(entry.getKey())) {
                reader.seek(entry.getKey(), new OffsetAndMetadata(entry.getValue(), claim(entry.getKey()), ""));
            }
        }
    }

    /** The epoch that the consumer has to find in the changelog before it reads on. */
    private Optional<Integer> claim(TopicPartition changelog) {
        return open.values().stream()
                .filter(standby -> standby.reads(Set.of(changelog)))
                .map(standby -> standby.claim(changelog))
                .filter(Cluster.LeaderEpoch::isKnown)
                .map(Cluster.LeaderEpoch::epoch)
                .findFirst();
    }

    private void read() {
        Consumer<byte[], byte[]> reader = consumer;
        if (reader == null || open.isEmpty()) {
            return;
        }
        try {
            ConsumerRecords<byte[], byte[]> records = reader.poll(Duration.ZERO);
            for (Restoration standby : List.copyOf(open.values())) {
                apply(standby, records);
            }
            context.metrics().followed(records.count());
            busy |= !records.isEmpty();
        } catch (LogTruncationException e) {
            List.copyOf(open.values()).forEach(standby -> diverged(standby, reader, e));
        } catch (OffsetOutOfRangeException e) {
            // The owner has cut off what has expired, behind what is here. From its new beginning the changelog is
            // complete.
            for (Restoration standby : List.copyOf(open.values())) {
                if (standby.missing().keySet().stream()
                        .anyMatch(changelog -> e.partitions().contains(changelog))) {
                    log.info(
                            "the changelogs of task {} were cut while they were followed; beginning again",
                            standby.task());
                    release(standby.task());
                }
            }
        } catch (KafkaException e) {
            openAtMs = context.clock().millis() + RETRY_MS;
            log.warn("cannot follow {}, trying again in {} ms: {}", open.keySet(), RETRY_MS, e.getMessage());
            List.copyOf(open.keySet()).forEach(this::release);
        }
    }

    /** As in {@link Restorer}. */
    private void diverged(Restoration standby, Consumer<byte[], byte[]> reader, LogTruncationException truncation) {
        for (Map.Entry<TopicPartition, Long> missing : standby.missing().entrySet()) {
            TopicPartition changelog = missing.getKey();
            if (!truncation.offsetOutOfRangePartitions().containsKey(changelog)) {
                continue;
            }
            if (standby.isCut(changelog, truncation.divergentOffsets().get(changelog))) {
                log.warn(
                        "the standby of task {} begins again: an unclean leader election has cut {}",
                        standby.task(),
                        changelog);
                destroy(standby);
                return;
            }
            standby.confirm(changelog);
            reader.seek(changelog, missing.getValue());
        }
    }

    private void apply(Restoration standby, ConsumerRecords<byte[], byte[]> records) {
        boolean any = false;
        try {
            for (TopicPartition changelog : standby.missing().keySet()) {
                OffsetAndMetadata next = records.nextOffsets().get(changelog);
                if (next != null) {
                    standby.apply(changelog, records.records(changelog), next.offset());
                    any |= !records.records(changelog).isEmpty();
                }
            }
            if (any) {
                standby.keep();
            }
        } catch (StateUnavailableException e) {
            giveUp(standby, e);
        }
    }

    private void flush(TaskId task) {
        Restoration standby = open.get(task);
        if (standby == null || Arrays.equals(flushed.get(task), standby.offsets())) {
            return;
        }
        try {
            standby.keep();
            standby.flush();
            flushed.put(task, standby.offsets());
        } catch (StateUnavailableException e) {
            giveUp(standby, e);
        }
    }

    private void giveUp(Restoration standby, StateUnavailableException reason) {
        openAtMs = context.clock().millis() + RETRY_MS;
        log.warn(
                "task {} cannot be followed, trying again in {} ms: {}", standby.task(), RETRY_MS, reason.getMessage());
        if (reason.corrupt()) {
            destroy(standby);
            return;
        }
        open.remove(standby.task());
        close(standby);
        local.holds(standby.task(), MemberReport.UNKNOWN_LAG);
        assign();
    }

    /** What was read is of no use: it is read again from the changelogs' beginnings. */
    private void destroy(Restoration standby) {
        open.remove(standby.task());
        close(standby);
        context.backend().destroy(standby.task().toString());
        local.lacks(standby.task());
        assign();
    }

    private void close(Restoration standby) {
        flushed.remove(standby.task());
        caughtUp.remove(standby.task());
        try {
            standby.keep();
        } catch (StateUnavailableException e) {
            log.warn("the end of what was read for task {} is not kept: {}", standby.task(), e.getMessage());
        }
        try {
            standby.close();
        } catch (StateUnavailableException e) {
            log.warn("the state of task {} is not closed well: {}", standby.task(), e.getMessage());
        }
    }

    /** Finds out how far behind everything is that is not running. */
    private void measure() {
        Map<TaskId, long[]> positions = new TreeMap<>(resting);
        open.forEach((task, standby) -> positions.put(task, standby.offsets()));
        List<TopicPartition> changelogs = new ArrayList<>();
        positions.keySet().forEach(task -> changelogs.addAll(JobCluster.changelogs(context.topology(), task)));
        long standbysLag = 0;
        if (!changelogs.isEmpty()) {
            try {
                long nowMs = context.clock().millis();
                Map<TopicPartition, Long> ends = context.admin().ends(changelogs, true);
                open.values().forEach(standby -> standby.ended(ends(standby.task(), ends), nowMs));
                for (Map.Entry<TaskId, long[]> entry : positions.entrySet()) {
                    long lag = lag(entry.getKey(), entry.getValue(), ends);
                    local.holds(entry.getKey(), lag);
                    standbysLag += open.containsKey(entry.getKey()) ? lag : 0;
                }
            } catch (KafkaException e) {
                log.debug("cannot look how far behind local state is, will look again: {}", e.toString());
                return;
            }
        }
        context.metrics().standbys(open.size(), standbysLag);
    }

    private long[] ends(TaskId task, Map<TopicPartition, Long> ends) {
        return JobCluster.changelogs(context.topology(), task).stream()
                .mapToLong(changelog -> ends.getOrDefault(changelog, Long.MAX_VALUE))
                .toArray();
    }

    private long lag(TaskId task, long[] offsets, Map<TopicPartition, Long> ends) {
        List<TopicPartition> changelogs = JobCluster.changelogs(context.topology(), task);
        long lag = 0;
        for (int i = 0; i < offsets.length; i++) {
            lag += Math.max(0, ends.getOrDefault(changelogs.get(i), 0L) - offsets[i]);
        }
        Restoration standby = open.get(task);
        if (standby != null && lag <= GroupPlan.SMALL_LAG && caughtUp.add(task)) {
            log.info("the standby of task {} has caught up: {} changelog records read", task, standby.replayed());
        }
        return lag;
    }

    private List<Stage.Store> stores(TaskId task) {
        return context.topology().stages().get(task.stage()).stores();
    }

    private List<Uuid> topicIds(TaskId task) {
        return JobCluster.changelogs(context.topology(), task).stream()
                .map(changelog -> context.cluster().topic(changelog.topic()).id())
                .toList();
    }

    @Override
    public void close() {
        open.values().forEach(this::close);
        open.clear();
        if (consumer != null) {
            consumer.close();
        }
    }
}
