package io.millrace.runtime;

import io.millrace.engine.TaskId;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.InternalTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the group: a consumer, a producer and the tasks that the group gave it. {@link #runOnce} is one round of its duty cycle:
 * seat restored tasks, poll, process all that came, and, when the interval is over, checkpoint. Single-threaded.
 *
 * <p>A checkpoint is one Kafka transaction over all tasks that have something to commit, in this order: flush bundles and fire timers
 * ({@code Task.prepare}), send changelogs, flush the producer, send the offsets with the live group metadata, commit, and only then
 * write to local state. Whatever goes wrong before the commit has returned, nothing outside this process and nothing on disk has changed:
 * {@link #recover} aborts, throws the tasks away and has the restorer rebuild them from the last checkpoint. It does the same when it is not
 * known whether the commit counted, because the restorer reads that from Kafka.
 */
final class Worker implements Membership.Listener {
    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final long MAX_BUFFERED_BYTES = 64L << 20;
    private static final long STATE_FLUSH_MS = 10_000;
    private static final long FIRST_BACKOFF_MS = 100;
    private static final long MAX_BACKOFF_MS = 10_000;
    /** What an answer of a broker proves of silence besides the time that it may wait before it gives one. */
    private static final long SILENCE_PER_ANSWER_MS = 1_000;

    private final RuntimeContext context;
    private final Restorer restorer;
    private final Purge purge;
    private final Consumer<byte[], byte[]> consumer;
    private final Membership membership;
    private final Transaction transaction;
    private final Map<TaskId, TaskRun> runs = new TreeMap<>();
    private final Map<TaskId, RestoreTicket> tickets = new TreeMap<>();
    private final Reading reading;
    private final Rebalances rebalances;
    private final long intervalMs;
    private long lastCheckpointMs;
    private long lastRoundMs;
    private long lastStateFlushMs;
    private long notBeforeMs;
    private long backoffMs = FIRST_BACKOFF_MS;
    private long checkpoints;
    private boolean joined;
    private boolean member;
    private boolean interrupted;
    private @Nullable RuntimeException failure;
    private @Nullable String note = WorkerStatus.STARTING.note();
    private volatile WorkerStatus status = WorkerStatus.STARTING;

    Worker(RuntimeContext context, Restorer restorer, Purge purge, int number) {
        this.context = context;
        this.restorer = restorer;
        this.purge = purge;
        String memberId = context.topology().job() + "-" + context.config().instanceId() + "-" + number;
        Set<String> internal = context.topology().internalTopics().stream()
                .map(InternalTopic::name)
                .collect(Collectors.toSet());
        this.rebalances = new Rebalances(context.clock());
        this.consumer = context.clients()
                .consumer(EngineSettings.groupConsumer(context, memberId, rebalances, restorer.local()));
        Map<String, String> kafka = context.config().kafka();
        this.reading = new Reading(
                consumer,
                new Answers(consumer, memberId, EngineSettings.readsFollowers(kafka)),
                SILENCE_PER_ANSWER_MS + EngineSettings.fetchMaxWaitMs(kafka),
                context.metrics());
        this.membership = new Membership(consumer, context.placement(), this);
        this.transaction = new Transaction(
                context.clients(),
                EngineSettings.producer(memberId, context.config()),
                internal,
                topic -> context.cluster().topic(topic).times(),
                context.clock(),
                Transaction.maxRecordBytes(kafka));
        this.intervalMs = context.config().checkpointInterval().toMillis();
        this.lastRoundMs = now();
        this.lastCheckpointMs = lastRoundMs;
        this.lastStateFlushMs = lastRoundMs;
    }

    /**
     * One round. Operating errors are recovered from; what comes out of here is the end of the job.
     *
     * @throws RuntimeException why the job cannot go on
     */
    void runOnce() {
        try {
            if (!transaction.isReady() && now() >= notBeforeMs) {
                transaction.renew();
            }
            if (!joined && transaction.isReady() && restorer.knowsDisk()) {
                // Not before: a transaction of this worker's predecessor must be over when its tasks are restored, and
                // what
                // the disk holds decides which tasks it gets.
                membership.join();
                joined = true;
            }
            round();
        } catch (RuntimeException e) {
            recover(e);
        }
        RuntimeException fatal = failure;
        if (fatal != null) {
            throw fatal;
        }
        publish();
    }

    private void round() {
        seatRestored();
        rejoinIfDue();
        if (interrupted) {
            finishInterrupted();
            // Nothing could be read meanwhile: that is no silence.
            lastRoundMs = now();
            return;
        }
        ConsumerRecords<byte[], byte[]> records = joined ? poll() : ConsumerRecords.empty();
        if (failure != null) {
            // It happened in a rebalance, within the poll.
            return;
        }
        process(records);
        long nowMs = now();
        reading.observeSilence(records, nowMs - lastRoundMs);
        reading.align(runs.values());
        lastRoundMs = nowMs;
        if (isCheckpointDue(nowMs)) {
            checkpoint();
            flushState(nowMs);
        }
    }

    /**
     * A rebalance that took tasks from their owners should have been followed by one that gives them out; if it was not, asks for it. So it
     * does for tasks for which this instance has warmed up.
     */
    private void rejoinIfDue() {
        if (!joined) {
            return;
        }
        if (rebalances.isStuck(now())) {
            log.warn("tasks were withheld for a rebalance that has not come; asking for one");
            consumer.enforceRebalance("tasks are without an owner");
        } else if (restorer.local().isWarmedUp(now())) {
            log.info("this instance has caught up with tasks that it is to take over; asking for a rebalance");
            rebalances.ask();
            consumer.enforceRebalance("a standby has caught up");
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        try {
            return consumer.poll(pollTimeout());
        } catch (OffsetOutOfRangeException e) {
            // What comes now is a roll-back, and then the restorer measures what is gone: all that has been read is
            // not.
            checkpoint();
            throw e;
        }
    }

    private Duration pollTimeout() {
        return Duration.ofMillis(Math.max(1, Math.min(100, lastCheckpointMs + intervalMs - now())));
    }

    /** Also when the wall clock was set back. */
    private boolean isCheckpointDue(long nowMs) {
        return nowMs - lastCheckpointMs >= intervalMs || nowMs < lastCheckpointMs;
    }

    private void process(ConsumerRecords<byte[], byte[]> records) {
        if (interrupted) {
            // By a checkpoint within the poll, for a rebalance: a window that has fired in part takes no more rows.
            commitIfDue();
        }
        reading.process(records, this::commitIfDue);
    }

    /** A checkpoint in the middle of what was polled: the interval is over, or the transaction or the buffers are full. */
    private void commitIfDue() {
        long buffered = 0;
        for (TaskRun run : runs.values()) {
            buffered += run.bufferedBytes();
        }
        boolean due = buffered > MAX_BUFFERED_BYTES || isCheckpointDue(now());
        while (due || transaction.isFull() || interrupted) {
            due = false;
            checkpoint();
        }
    }

    private void checkpoint() {
        long startMs = now();
        lastCheckpointMs = startMs;
        interrupted = false;
        List<TaskRun> dirty = runs.values().stream().filter(TaskRun::isDirty).toList();
        if (dirty.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TaskRun run : dirty) {
            interrupted |= !run.task().prepare();
            run.sendChanges(transaction);
            run.addOffsets(offsets);
        }
        Map<TopicPartition, Long> changelogEnds = transaction.commit(offsets, membership.metadata());
        long nowMs = now();
        for (TaskRun run : dirty) {
            run.committed(changelogEnds, nowMs);
            purge.expired(run.changelogFronts());
            run.task().takeTallies(context.metrics()::counted);
        }
        purge.committed(offsets);
        backoffMs = FIRST_BACKOFF_MS;
        checkpoints++;
        context.metrics().checkpoint(now() - startMs);
    }

    /** A firing that did not fit into one transaction goes on in the next, before any record is processed. */
    private void finishInterrupted() {
        checkpoint();
        if (joined) {
            // Stays in the group during a long burst.
            reading.pollNothing();
        }
    }

    private void flushState(long nowMs) {
        if (nowMs - lastStateFlushMs >= STATE_FLUSH_MS) {
            lastStateFlushMs = nowMs;
            runs.values().forEach(TaskRun::flush);
        }
    }

    // ---- tasks come and go

    @Override
    public void assigned(Set<TaskId> tasks) {
        member = true;
        for (TaskId task : tasks) {
            if (!runs.containsKey(task) && !tickets.containsKey(task)) {
                List<TopicPartition> partitions = context.placement().partitionsOf(task);
                consumer.pause(partitions);
                // Only a placeholder, so that the consumer does not look for a position of its own: seating the task
                // seeks.
                partitions.forEach(partition -> consumer.seek(partition, 0));
                tickets.put(task, restorer.request(task, null));
            }
        }
        log.info("assigned {}", tasks);
    }

    @Override
    public void revoked(Set<TaskId> tasks) {
        try {
            checkpoint();
        } catch (RuntimeException e) {
            recover(e);
        }
        release(tasks);
        log.info("revoked {}", tasks);
    }

    @Override
    public void lost(Set<TaskId> tasks) {
        log.warn("lost {}: this worker was out of the group for too long", tasks);
        // Nothing is committed for them, nor for the others: what they have sent is in the same transaction.
        release(tasks);
        recover(Reaction.PARTITIONS_LOST, new RebalanceInProgressException("tasks " + tasks + " are lost"));
    }

    private void release(Set<TaskId> tasks) {
        for (TaskId task : tasks) {
            RestoreTicket ticket = tickets.remove(task);
            if (ticket != null && ticket.cancel()) {
                restorer.returned(task);
            }
            TaskRun run = runs.remove(task);
            if (run != null) {
                reading.remove(run);
                run.close();
                restorer.returned(run.seat());
            }
        }
    }

    private void seatRestored() {
        if (tickets.isEmpty() || now() < notBeforeMs || !transaction.isReady()) {
            return;
        }
        Iterator<RestoreTicket> all = tickets.values().iterator();
        while (all.hasNext()) {
            RestoreTicket ticket = all.next();
            if (ticket.isDone()) {
                all.remove();
                seat(ticket.seat());
            }
        }
    }

    private void seat(TaskSeat seat) {
        TaskRun run = new TaskRun(context, seat, transaction, restorer::leader);
        runs.put(run.id(), run);
        reading.add(run);
        // What had been reached may still be due to fire, and must before the first record is processed.
        interrupted |= run.task().isDue();
    }

    // ---- when something went wrong

    private void recover(RuntimeException error) {
        recover(Reaction.to(error), error);
    }

    private void recover(Reaction reaction, RuntimeException error) {
        if (reaction == Reaction.FAIL_JOB) {
            if (failure == null) {
                failure = explained(error);
            }
            // What this worker has sent must neither be committed by a later checkpoint nor hold back its readers.
            abort();
            return;
        }
        context.metrics().rolledBack();
        note = "rolled back: " + error.getMessage();
        log.warn(
                "back to the last checkpoint, again in {} ms; {}: {}",
                backoffMs,
                reaction.inWords(),
                Reaction.reason(error));
        notBeforeMs = now() + backoffMs;
        backoffMs = Math.min(MAX_BACKOFF_MS, 2 * backoffMs);
        if (reaction == Reaction.NEW_PRODUCER) {
            // Never aborted: a fenced producer may not, and a commit without an answer may have counted.
            transaction.close();
        } else {
            abort();
        }
        interrupted = false;
        rebuild(error);
    }

    private void abort() {
        try {
            transaction.abort();
        } catch (RuntimeException e) {
            // Also when the producer says that its transaction is not one to abort: only a new one is sure to have none
            // open.
            log.warn("the abort failed, taking a new producer: {}", e.toString());
            transaction.close();
        }
    }

    private void rebuild(RuntimeException error) {
        for (TaskRun run : new ArrayList<>(runs.values())) {
            runs.remove(run.id());
            run.end();
            reading.remove(run);
            consumer.pause(context.placement().partitionsOf(run.id()));
            boolean isCut = error instanceof ChangelogCutException cut && run.writesTo(cut.changelog());
            tickets.put(run.id(), restorer.request(run.id(), run.seat(), isCut ? error.getMessage() : null));
        }
    }

    private RuntimeException explained(RuntimeException error) {
        if (error instanceof JobFailedException) {
            return error;
        }
        if (error instanceof LogTruncationException cut) {
            return new JobFailedException(
                    "an unclean leader election has cut the input and lost records that the job has read: "
                            + cut.offsetOutOfRangePartitions()
                            + ". Their results are committed. Set the group's offsets to where the job is to go on, which are those it"
                            + " has if it is to go on with what came after the cut",
                    error);
        }
        if (error instanceof AuthorizationException) {
            return new JobFailedException(
                    "the broker refuses: " + error.getMessage()
                            + ". Add the ACL that is missing; docs/operations.md lists what a job needs",
                    error);
        }
        if (error instanceof FencedInstanceIdException) {
            return new JobFailedException(
                    "another process runs with this one's instance id; each needs a runtime.state.dir of its own",
                    error);
        }
        return error;
    }

    // ---- the end

    /**
     * Commits what is open and closes everything.
     *
     * @param leave whether to leave the group at once
     */
    void close(boolean leave, Duration timeout) {
        try {
            if (failure == null && transaction.isReady()) {
                checkpoint();
            }
        } catch (RuntimeException e) {
            log.warn("the last transaction was not committed, its records will be read again: {}", e.toString());
            abort();
        }
        release(Set.copyOf(runs.keySet()));
        release(Set.copyOf(tickets.keySet()));
        transaction.close();
        try {
            membership.close(leave, timeout);
        } catch (KafkaException e) {
            log.warn("closing the consumer: {}", e.toString());
        }
    }

    private void publish() {
        if (member && transaction.isReady() && tickets.isEmpty()) {
            note = null;
        }
        List<WorkerStatus.TaskStatus> running = runs.values().stream()
                .map(run -> new WorkerStatus.TaskStatus(
                        run.id(),
                        run.task().watermarkMs(),
                        run.task().status().name(),
                        run.isFinished(),
                        run.task().heldBack()))
                .toList();
        List<WorkerStatus.Restoring> restoring = tickets.values().stream()
                .map(ticket -> new WorkerStatus.Restoring(ticket.task(), ticket.progress()))
                .toList();
        status = new WorkerStatus(running, restoring, checkpoints, note);
    }

    /** Whether the next round can do nothing yet, not even poll; whoever drives should wait a moment. */
    boolean isWaiting() {
        return !joined;
    }

    /** As of the last round. Callable from any thread. */
    WorkerStatus status() {
        return status;
    }

    private long now() {
        return context.clock().millis();
    }
}
