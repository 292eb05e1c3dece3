package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.state.StateUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
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

    private final ChangelogEpochs epochs;
    private final RestoreWatch watch;
    private final InputStarts starts;
    private final Openings openings;
    private final Departed departed;

    private long retryAtMs;

    Restorer(RuntimeContext context) {
        this.context = context;
        this.local = new LocalTasks(context.config());
        this.consumer = context.clients().consumer(EngineSettings.restoreConsumer(context.group() + "-restore"));
        this.epochs = new ChangelogEpochs(context);
        this.standbys = new Standbys(context, local, epochs);
        this.watch = new RestoreWatch(context);
        this.starts = new InputStarts(context);
        this.openings = new Openings(context, starts, epochs, out::remove);
        this.departed = new Departed(context);
    }

    /** Asks for a task to be brought to its last checkpoint. Callable from any thread. */
    RestoreTicket request(TaskId task, @Nullable TaskSeat earlier) {
        return request(task, earlier, null);
    }

    /**
     * Likewise.
     *
     * @param rebuildReason why the state that there is must not be used; null if it may
     */
    RestoreTicket request(TaskId task, @Nullable TaskSeat earlier, @Nullable String rebuildReason) {
        RestoreTicket ticket = new RestoreTicket(task, earlier);
        if (rebuildReason != null) {
            ticket.rebuild(rebuildReason);
        }
        requests.add(ticket);
        return ticket;
    }

    /** What is known of a changelog's leaders. Callable from any thread. */
    Cluster.LeaderEpoch leader(TopicPartition changelog) {
        return epochs.of(changelog);
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
        if (!requests.isEmpty() || !retries.isEmpty() || !active.isEmpty()) {
            // Before where they left off is looked up, which may wait for the end of a transaction.
            departed.look();
        }
        takeUpRequests();
        epochs.step(this::changelogs);
        Map<Restoration, String> hopeless = watch.look(active.values());
        if (active.isEmpty()) {
            return;
        }
        hopeless.forEach(this::startOver);
        try {
            read();
        } catch (LogTruncationException e) {
            diverged(e.offsetOutOfRangePartitions().keySet(), e.divergentOffsets());
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

    /** The logs' epochs up to those claimed end before the claimed positions: by a cut, or because leaders have moved since the claims. */
    private void diverged(Set<TopicPartition> changelogs, Map<TopicPartition, OffsetAndMetadata> ends) {
        boolean cut = false;
        for (Restoration restoration : active.values()) {
            for (Map.Entry<TopicPartition, Long> missing : restoration.missing().entrySet()) {
                TopicPartition changelog = missing.getKey();
                if (!changelogs.contains(changelog)) {
                    continue;
                }
                if (restoration.isCut(changelog, ends.get(changelog))) {
                    cut = true;
                    restoration
                            .ticket()
                            .rebuild("an unclean leader election has cut " + changelog
                                    + ", and it has grown again since");
                } else {
                    restoration.confirm(changelog);
                    consumer.seek(changelog, missing.getValue());
                }
            }
        }
        if (cut) {
            startAgain();
        }
    }

    /** Of all tasks that this instance has or follows. */
    private Set<TopicPartition> changelogs() {
        Set<TopicPartition> changelogs = standbys.changelogs();
        out.forEach(task -> changelogs.addAll(JobCluster.changelogs(context.topology(), task)));
        active.keySet().forEach(task -> changelogs.addAll(JobCluster.changelogs(context.topology(), task)));
        return changelogs;
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
            active.put(ticket.task(), openings.open(ticket));
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
        } catch (StateUnavailableException e) {
            if (e.corrupt()) {
                log.warn("task {}: {}", ticket.task(), e.getMessage());
                openings.damaged(ticket);
                retryLater(ticket, RETRY_MS);
            } else {
                refuse(ticket, e);
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

    /** Reads what those that are active miss. To be called whenever these have changed. */
    private void assign() {
        context.metrics()
                .restoring(active.values().stream().map(Restoration::ticket).toList());
        Map<TopicPartition, Long> wanted = new HashMap<>();
        active.values().forEach(restoration -> wanted.putAll(restoration.missing()));
        Set<TopicPartition> before = new HashSet<>(consumer.assignment());
        consumer.assign(wanted.keySet());
        wanted.forEach((partition, offset) -> {
            if (!before.contains(partition)) {
                consumer.seek(partition, new OffsetAndMetadata(offset, claim(partition), ""));
            }
        });
    }

    /** The epoch that the consumer has to find in the changelog before it reads on. */
    private Optional<Integer> claim(TopicPartition changelog) {
        return active.values().stream()
                .filter(restoration -> restoration.reads(Set.of(changelog)))
                .map(restoration -> restoration.claim(changelog))
                .filter(Cluster.LeaderEpoch::isKnown)
                .map(Cluster.LeaderEpoch::epoch)
                .findFirst();
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
                } else if (restoration.claim(changelog).isKnown() && isChecked(changelog)) {
                    restoration.confirm(changelog);
                }
            }
        }
    }

    /** Whether the consumer has found its position's epoch: only then it fetches, and a fetch brings the lag. */
    private boolean isChecked(TopicPartition changelog) {
        if (consumer.currentLag(changelog).isEmpty()) {
            return false;
        }
        try {
            consumer.position(changelog, Duration.ZERO);
            return true;
        } catch (TimeoutException e) {
            return false;
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
            if (!starts.areComplete(restoration)) {
                beginAgain(restoration);
                return;
            }
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
            if (!restoration.ticket().complete(seat)) {
                drop(restoration, new IllegalStateException("task " + seat.task() + " was given up"));
            }
        } catch (StateUnavailableException e) {
            if (e.corrupt()) {
                log.warn("task {} is not restored yet: {}", restoration.task(), e.getMessage());
                beginAgain(restoration);
            } else {
                drop(restoration, e);
            }
        } catch (KafkaException e) {
            if (Reaction.to(e) == Reaction.FAIL_JOB) {
                drop(restoration, e);
            } else {
                beginAgain(restoration);
            }
        } catch (RuntimeException e) {
            drop(restoration, e);
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
        active.values().forEach(restoration -> drop(restoration, error));
        active.clear();
        assign();
    }

    private void startAgain() {
        List<Restoration> interrupted = List.copyOf(active.values());
        active.clear();
        assign();
        interrupted.forEach(this::beginAgain);
    }

    private void startOver(Restoration restoration, String reason) {
        active.remove(restoration.task());
        restoration.ticket().rebuild(reason);
        beginAgain(restoration);
        assign();
    }

    private void beginAgain(Restoration restoration) {
        if (restoration.isDamaged()) {
            openings.damaged(restoration.ticket());
        }
        restoration.abandon();
        retryLater(restoration.ticket(), RETRY_MS);
    }

    /** Closes the consumer and the states that are still here, also those of tickets that are waiting. */
    @Override
    public void close() {
        active.values().forEach(Restoration::close);
        active.clear();
        requests.addAll(retries);
        retries.clear();
        for (RestoreTicket ticket = requests.poll(); ticket != null; ticket = requests.poll()) {
            refuse(ticket, new IllegalStateException("the instance is closing"));
        }
        standbys.close();
        consumer.close();
    }
}
