package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.time.ChannelStatus;
import io.millrace.engine.time.Progress;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Stage;
import io.millrace.serde.DecodeException;
import io.millrace.state.StateUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnstableOffsetCommitException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings tasks to their last checkpoint: local state, where it fits, plus the tail of the changelogs. One thread drives it with {@link #step};
 * workers only {@link #request}.
 *
 * <p>The order is what makes it right. The worker has called {@code initTransactions}, so no transaction of its own predecessor is open.
 * Then the committed offsets are read as stable, so no transaction over the task's inputs is pending. Only then are the changelogs' ends
 * read, as high watermarks: the markers of a transaction may reach the changelog after they reached the offsets, and the last stable offset
 * would miss its changes. A read_committed consumer then waits at those markers by itself, and the task is ready when its position, which
 * counts markers and aborted records too, has reached the end.
 *
 * <p>A roll-back goes the same way with the state left open: whether an unanswered commit counted or not, the changelog knows.
 */
final class Restorer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Restorer.class);
    private static final Duration POLL = Duration.ofMillis(50);

    private static final long RETRY_MS = 1_000;
    /** How soon to look again whether the transaction of a task's last owner has ended. */
    private static final long PENDING_RETRY_MS = 100;

    private static final int WAITS_PER_WARNING = 100;

    private final RuntimeContext context;
    private final LocalTasks local;
    private final Standbys standbys;
    private final Consumer<byte[], byte[]> consumer;
    private final Queue<RestoreTicket> requests = new ConcurrentLinkedQueue<>();
    private final List<RestoreTicket> retries = new ArrayList<>();
    private final Map<TaskId, Restoration> active = new LinkedHashMap<>();
    /** Tasks whose state is open in a worker of this process. */
    private final Set<TaskId> out = ConcurrentHashMap.newKeySet();

    private long retryAtMs;

    Restorer(RuntimeContext context) {
        this.context = context;
        this.local = new LocalTasks(context.config());
        this.standbys = new Standbys(context, local);
        this.consumer = context.clients().consumer(EngineSettings.restoreConsumer(context.group() + "-restore"));
    }

    /** Asks for a task to be brought to its last checkpoint. Callable from any thread. */
    RestoreTicket request(TaskId task, @Nullable TaskSeat earlier) {
        RestoreTicket ticket = new RestoreTicket(task, earlier);
        requests.add(ticket);
        return ticket;
    }

    /** A seat's state is closed: the task may be opened again. Callable from any thread. */
    void returned(TaskId task) {
        out.remove(task);
    }

    /** The same, for a task that was running. Callable from any thread. */
    void returned(TaskSeat seat) {
        standbys.returned(seat);
        out.remove(seat.task());
    }

    /** What the disk holds, for the group to know, and what the group wants of this instance. */
    LocalTasks local() {
        return local;
    }

    /** Whether it is known what the disk holds; workers join the group after that. Callable from any thread. */
    boolean knowsDisk() {
        return standbys.knowsDisk();
    }

    /**
     * One round: takes up requests, reads what the changelogs have, hands out what is done, and lets standbys follow theirs. Returns at
     * once if there is nothing.
     */
    void step() {
        standbys.inspect();
        restore();
        standbys.step(this::isTaken);
    }

    private boolean isTaken(TaskId task) {
        return out.contains(task)
                || active.containsKey(task)
                || retries.stream().anyMatch(ticket -> ticket.task().equals(task));
    }

    private void restore() {
        dropCancelled();
        takeUpRequests();
        if (active.isEmpty()) {
            return;
        }
        try {
            read();
        } catch (OffsetOutOfRangeException e) {
            // Not of an input: the owner of a task has cut off what has expired. From its new beginning the changelog
            // is complete.
            log.info("changelogs were cut while they were read, restoring {} starts again", active.keySet());
            startAgain();
        } catch (StateUnavailableException | KafkaException e) {
            if (Reaction.to(e) == Reaction.FAIL_JOB) {
                giveUp(e);
                return;
            }
            log.warn("restoring {} is interrupted and starts again: {}", active.keySet(), e.getMessage());
            startAgain();
        }
        handOut();
    }

    /** Whether there is work to do at once. */
    boolean isBusy() {
        return !requests.isEmpty() || !active.isEmpty() || standbys.isBusy();
    }

    private void takeUpRequests() {
        if (!retries.isEmpty() && context.clock().millis() >= retryAtMs) {
            requests.addAll(retries);
            retries.clear();
        }
        boolean taken = false;
        for (RestoreTicket ticket = requests.poll(); ticket != null; ticket = requests.poll()) {
            taken |= takeUp(ticket);
        }
        if (taken) {
            assign();
        }
    }

    private boolean takeUp(RestoreTicket ticket) {
        if (ticket.isCancelled()) {
            refuse(ticket, new IllegalStateException("task " + ticket.task() + " was given up"));
            return false;
        }
        if (active.containsKey(ticket.task()) || (ticket.earlier() == null && out.contains(ticket.task()))) {
            // Another worker of this process still has it, and has not heard yet that it was taken away.
            retryLater(ticket, RETRY_MS);
            return false;
        }
        standbys.release(ticket.task());
        try {
            active.put(ticket.task(), begin(ticket));
            standbys.restoring(ticket.task());
            return true;
        } catch (UnstableOffsetCommitException e) {
            if (ticket.waited() % WAITS_PER_WARNING == 0) {
                log.warn(
                        "task {} waits for the transaction of its last owner to end ({}). It ends by itself within that owner's"
                                + " transaction.timeout.ms; if not, see whether this user may DESCRIBE the topic",
                        ticket.task(),
                        e.getMessage());
            }
            retryLater(ticket, PENDING_RETRY_MS);
        } catch (KafkaException e) {
            if (Reaction.to(e) == Reaction.FAIL_JOB) {
                refuse(ticket, e);
            } else {
                log.warn("cannot look up where task {} left off, trying again: {}", ticket.task(), e.getMessage());
                retryLater(ticket, RETRY_MS);
            }
        } catch (RuntimeException e) {
            refuse(ticket, e);
        }
        return false;
    }

    private void retryLater(RestoreTicket ticket, long afterMs) {
        retries.add(ticket);
        retryAtMs = context.clock().millis() + afterMs;
    }

    private void refuse(RestoreTicket ticket, RuntimeException error) {
        TaskSeat earlier = ticket.earlier();
        if (earlier != null) {
            earlier.close();
            out.remove(ticket.task());
        }
        ticket.fail(error);
    }

    private Restoration begin(RestoreTicket ticket) {
        TaskId task = ticket.task();
        Map<TopicPartition, TaskSeat.Start> start = start(task);
        List<TopicPartition> changelogs = JobCluster.changelogs(context.topology(), task);
        List<Stage.Store> stores = context.topology().stages().get(task.stage()).stores();
        List<Uuid> topicIds = changelogs.stream()
                .map(changelog -> context.cluster().topic(changelog.topic()).id())
                .toList();
        if (changelogs.isEmpty()) {
            return new Restoration(
                    ticket, LocalState.none(), stores, changelogs, topicIds, new long[0], start, context.clock());
        }
        // The beginnings first: what is cut off after that is only missing if the reading has not come so far, which it
        // then says.
        Map<TopicPartition, Long> beginnings = context.admin().beginnings(changelogs);
        Map<TopicPartition, Long> ends = context.admin().ends(changelogs, false);
        LocalState local = local(ticket, changelogs, topicIds, beginnings, ends);
        return new Restoration(
                ticket, local, stores, changelogs, topicIds, inOrder(changelogs, ends), start, context.clock());
    }

    private LocalState local(
            RestoreTicket ticket,
            List<TopicPartition> changelogs,
            List<Uuid> topicIds,
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends) {
        TaskSeat earlier = ticket.earlier();
        if (earlier != null && !isCutOff(earlier, changelogs, beginnings)) {
            return LocalState.of(earlier);
        }
        if (earlier != null) {
            // Somebody else has had the task meanwhile, and has cut the changelog behind what is here.
            earlier.close();
            ticket.forgetEarlier();
            // Its state is not open in a worker any more; should this restoration be interrupted, the ticket must not
            // wait for that.
            out.remove(ticket.task());
        }
        return LocalState.open(context, ticket.task(), changelogs, topicIds, beginnings, ends);
    }

    private static boolean isCutOff(
            TaskSeat seat, List<TopicPartition> changelogs, Map<TopicPartition, Long> beginnings) {
        for (int i = 0; i < changelogs.size(); i++) {
            if (seat.changelogOffsets()[i] < beginnings.getOrDefault(changelogs.get(i), 0L)) {
                return true;
            }
        }
        return false;
    }

    private static long[] inOrder(List<TopicPartition> partitions, Map<TopicPartition, Long> offsets) {
        return partitions.stream()
                .mapToLong(partition -> offsets.getOrDefault(partition, 0L))
                .toArray();
    }

    /** Where each input partition goes on: at its committed offset, or at its beginning if none was ever committed. */
    private Map<TopicPartition, TaskSeat.Start> start(TaskId task) {
        List<TopicPartition> partitions = context.placement().partitionsOf(task);
        Map<TopicPartition, OffsetAndMetadata> committed = context.admin().committed(context.group(), partitions);
        Map<TopicPartition, Long> beginnings = context.admin().beginnings(partitions);
        Map<TopicPartition, Long> ends = context.untilEnd() ? context.admin().ends(partitions, true) : Map.of();
        Map<TopicPartition, TaskSeat.Start> start = new HashMap<>();
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata left = committed.get(partition);
            Progress progress = left == null ? Progress.START : progress(partition, left);
            long offset = left == null ? beginnings.getOrDefault(partition, 0L) : left.offset();
            start.put(
                    partition,
                    new TaskSeat.Start(
                            left != null,
                            offset,
                            bounded(task, partition, progress, ends.getOrDefault(partition, 0L))));
        }
        return start;
    }

    private static Progress progress(TopicPartition partition, OffsetAndMetadata committed) {
        try {
            return Progress.decode(committed.metadata());
        } catch (DecodeException e) {
            throw new JobFailedException("the committed offset of " + partition + ": " + e.getMessage(), e);
        }
    }

    private Progress bounded(TaskId task, TopicPartition partition, Progress progress, long end) {
        if (context.untilEnd()) {
            boolean freeze = progress.endOffset() < 0 && isSource(task, partition);
            return freeze
                    ? new Progress(
                            progress.taskWatermarkMs(),
                            end,
                            progress.finished(),
                            progress.mayTrail(),
                            progress.channels())
                    : progress;
        }
        boolean ended = progress.finished()
                || progress.channels().stream().anyMatch(channel -> channel.status() == ChannelStatus.END);
        if (ended) {
            throw new JobFailedException(
                    "this job has been run with --until-end and its time is over: all its windows are closed. Run it with --until-end"
                            + " to let it finish, or under another job name to process what has come since",
                    null);
        }
        return new Progress(progress.taskWatermarkMs(), -1, false, progress.mayTrail(), progress.channels());
    }

    private boolean isSource(TaskId task, TopicPartition partition) {
        Stage stage = context.topology().stages().get(task.stage());
        return stage.inputs().stream()
                .anyMatch(input ->
                        input instanceof Input.FromSource && input.topics().contains(partition.topic()));
    }

    private void assign() {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        active.values().forEach(restoration -> wanted.putAll(restoration.missing()));
        Set<TopicPartition> before = new HashSet<>(consumer.assignment());
        consumer.assign(wanted.keySet());
        wanted.forEach((partition, offset) -> {
            if (!before.contains(partition) || consumer.position(partition) != offset) {
                consumer.seek(partition, offset);
            }
        });
    }

    private void read() {
        if (consumer.assignment().isEmpty()) {
            return;
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        for (Restoration restoration : active.values()) {
            for (TopicPartition changelog : restoration.missing().keySet()) {
                OffsetAndMetadata next = records.nextOffsets().get(changelog);
                if (next != null) {
                    restoration.apply(changelog, records.records(changelog), next.offset());
                }
            }
        }
    }

    private void handOut() {
        boolean done = false;
        Iterator<Restoration> all = active.values().iterator();
        while (all.hasNext()) {
            Restoration restoration = all.next();
            if (restoration.missing().isEmpty()) {
                all.remove();
                done = true;
                handOut(restoration);
            }
        }
        if (done) {
            assign();
        }
    }

    private void handOut(Restoration restoration) {
        try {
            requireOffsets(restoration);
            TaskSeat seat = restoration.seat();
            context.metrics().restored(seat.replayed());
            if (restoration.ticket().earlier() == null) {
                log.info(
                        "task {} is at its last checkpoint: {} changelog records replayed in {} ms",
                        seat.task(),
                        seat.replayed(),
                        restoration.tookMs());
            }
            out.add(seat.task());
            standbys.runs(seat.task());
            restoration.ticket().complete(seat);
        } catch (RuntimeException e) {
            drop(restoration, e);
        }
    }

    /** A committed offset that is missing although there was a checkpoint means anything but the beginning. */
    private void requireOffsets(Restoration restoration) {
        List<TopicPartition> missing = restoration.start().entrySet().stream()
                .filter(entry -> !entry.getValue().committed())
                .map(Map.Entry::getKey)
                .toList();
        if (restoration.sawCheckpoint() && !missing.isEmpty()) {
            throw new JobFailedException(
                    "task " + restoration.task() + " has state, but group " + context.group()
                            + " has no committed offset for " + missing
                            + ": it has expired (offsets.retention.minutes) or was"
                            + " deleted. Starting at the beginning would count records twice. Set the group's offsets to where the job"
                            + " left off, or run the job under a new name to start anew",
                    null);
        }
    }

    private void dropCancelled() {
        boolean dropped = false;
        Iterator<Restoration> all = active.values().iterator();
        while (all.hasNext()) {
            Restoration restoration = all.next();
            if (restoration.ticket().isCancelled()) {
                all.remove();
                dropped = true;
                drop(restoration, new IllegalStateException("task " + restoration.task() + " was given up"));
            }
        }
        retries.removeIf(ticket -> {
            if (ticket.isCancelled()) {
                refuse(ticket, new IllegalStateException("task " + ticket.task() + " was given up"));
            }
            return ticket.isCancelled();
        });
        if (dropped) {
            assign();
        }
    }

    private void drop(Restoration restoration, RuntimeException reason) {
        restoration.close();
        out.remove(restoration.task());
        restoration.ticket().fail(reason);
    }

    private void giveUp(RuntimeException error) {
        consumer.assign(Set.of());
        active.values().forEach(restoration -> drop(restoration, error));
        active.clear();
    }

    private void startAgain() {
        consumer.assign(Set.of());
        List<Restoration> interrupted = List.copyOf(active.values());
        active.clear();
        for (Restoration restoration : interrupted) {
            restoration.abandon();
            retries.add(restoration.ticket());
        }
        retryAtMs = context.clock().millis() + RETRY_MS;
    }

    @Override
    public void close() {
        active.values().forEach(Restoration::close);
        active.clear();
        standbys.close();
        consumer.close();
    }
}
