package io.millrace.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.engine.task.JobFailedException;
import io.millrace.engine.topology.Topology;
import io.millrace.state.StateBackend;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's share of a job: some workers, and a thread that restores their tasks. Thread-safe.
 *
 * <pre>{@code
 * Instance instance = new Instance(topology, config, backend, new KafkaClients(config.kafka()), registry, clock);
 * instance.start();
 * Outcome outcome = instance.awaitTermination();
 * }</pre>
 */
public final class Instance {
    private static final Logger log = LoggerFactory.getLogger(Instance.class);
    private static final long IDLE_NANOS = 5_000_000;
    private static final long FIRST_RETRY_MS = 500;
    private static final long MAX_RETRY_MS = 10_000;
    /** How soon to look again whether the brokers have heard of a new topic. */
    private static final long SPREAD_MS = 100;

    private final Topology topology;
    private final InstanceConfig config;
    private final StateBackend backend;
    private final ClientFactory clients;
    private final RuntimeMetrics metrics;
    private final Clock clock;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private volatile boolean stopRequested;
    private volatile List<WorkerThread> workers = List.of();
    private volatile @Nullable String startingNote;

    /** @param backend stays the caller's; close it when the instance has terminated */
    public Instance(
            Topology topology,
            InstanceConfig config,
            StateBackend backend,
            ClientFactory clients,
            MeterRegistry registry,
            Clock clock) {
        this.topology = topology;
        this.config = config;
        this.backend = backend;
        this.clients = clients;
        this.metrics = new RuntimeMetrics(registry);
        this.clock = clock;
        this.startingNote = "connecting to " + config.brokers();
    }

    /** Starts and returns at once; an unreachable broker is waited for. */
    public void start() {
        metrics.observe(this::status);
        new InstanceThread(this).start();
    }

    /** Waits for the end, however it comes. */
    public Outcome awaitTermination() {
        return outcome.join();
    }

    /** Like {@link #awaitTermination()}; null if the end has not come within {@code timeout}. */
    public @Nullable Outcome awaitTermination(Duration timeout) throws InterruptedException {
        try {
            return outcome.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks to commit what is open and stop, and waits for it. Returns whether that was done within {@code grace}. */
    public boolean stop(Duration grace) throws InterruptedException {
        stopRequested = true;
        return awaitTermination(grace) != null;
    }

    /** What is going on now. */
    public InstanceStatus status() {
        List<String> reasons = new ArrayList<>();
        List<InstanceStatus.TaskView> tasks = new ArrayList<>();
        String starting = startingNote;
        if (starting != null) {
            reasons.add(starting);
        }
        List<WorkerStatus.Restoring> restoring = new ArrayList<>();
        long checkpoints = 0;
        for (WorkerThread thread : workers) {
            WorkerStatus status = thread.worker().status();
            checkpoints += status.checkpoints();
            if (status.note() != null) {
                reasons.add(thread.getName() + ": " + status.note());
            }
            restoring.addAll(status.restoring());
            status.running()
                    .forEach(task -> tasks.add(new InstanceStatus.TaskView(
                            task.task().toString(),
                            task.finished() ? InstanceStatus.State.FINISHED : InstanceStatus.State.RUNNING,
                            task.watermarkMs(),
                            task.time(),
                            task.heldBack())));
        }
        restoring.forEach(task -> tasks.add(restoring(task)));
        if (!restoring.isEmpty()) {
            RestoreTicket.Progress all = restoring.stream()
                    .map(WorkerStatus.Restoring::progress)
                    .reduce(RestoreTicket.Progress.NONE, RestoreTicket.Progress::plus);
            reasons.add("restoring " + restoring.size() + " of " + tasks.size() + " tasks, " + all.percent() + " %");
        }
        restoring.stream()
                .filter(task -> task.progress().waitsFor() != null)
                .forEach(task -> reasons.add(
                        "task " + task.task() + " " + task.progress().waitsFor()));
        boolean live = !(outcome.getNow(null) instanceof Outcome.Failed);
        return new InstanceStatus(live, reasons.isEmpty() && !outcome.isDone(), reasons, tasks, checkpoints);
    }

    private static InstanceStatus.TaskView restoring(WorkerStatus.Restoring task) {
        RestoreTicket.Progress progress = task.progress();
        return new InstanceStatus.TaskView(
                task.task().toString(),
                InstanceStatus.State.RESTORING,
                Long.MIN_VALUE,
                "ACTIVE",
                null,
                new InstanceStatus.RestoreView(
                        progress.percent(), progress.remaining(), progress.remainingBytes(), progress.waitsFor()));
    }

    /** The whole life of the instance; its own thread's. */
    void live() {
        Outcome end;
        try (Cluster admin = clients.cluster()) {
            JobCluster cluster = connect(admin);
            end = cluster == null ? new Outcome.Stopped() : run(admin, cluster);
        } catch (RuntimeException e) {
            end = failed(e);
        } catch (Throwable e) {
            log.error("the instance ends", e);
            end = new Outcome.Failed("internal error: " + e, e);
        }
        outcome.complete(end);
    }

    private @Nullable JobCluster connect(Cluster admin) {
        Layouts layouts = new Layouts(topology, config.onDataLoss(), clients, clock);
        long retryMs = FIRST_RETRY_MS;
        while (!stopRequested) {
            try {
                layouts.check(admin);
                JobCluster cluster = JobCluster.prepare(topology, admin);
                layouts.record(cluster, admin);
                return cluster;
            } catch (UnknownTopicOrPartitionException e) {
                startingNote = e.getMessage();
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(SPREAD_MS));
            } catch (KafkaException e) {
                if (Reaction.to(e) == Reaction.FAIL_JOB) {
                    throw e;
                }
                startingNote = "cannot reach Kafka at " + config.brokers() + " (" + e.getMessage()
                        + "); trying again in " + retryMs + " ms";
                log.warn("{}", startingNote);
                LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(retryMs));
                retryMs = Math.min(MAX_RETRY_MS, 2 * retryMs);
            }
        }
        return null;
    }

    private Outcome run(Cluster admin, JobCluster cluster) {
        RuntimeContext context = new RuntimeContext(
                topology, config, cluster, cluster.placement(topology), admin, clients, backend, metrics, clock);
        JobEnd jobEnd = new JobEnd(context);
        try (Rounds rounds = new Rounds(context)) {
            List<WorkerThread> threads = new ArrayList<>();
            for (Worker worker : rounds.workers()) {
                threads.add(new WorkerThread(worker, threads.size()));
            }
            workers = List.copyOf(threads);
            threads.forEach(Thread::start);
            startingNote = null;
            Outcome end = await(threads, rounds, jobEnd);
            wind(threads, rounds, end);
            if (end instanceof Outcome.Finished) {
                jobEnd.awaitVisible();
            }
            Throwable failure = failure(threads);
            return failure == null || end instanceof Outcome.Finished ? end : failed(failure);
        }
    }

    private Outcome await(List<WorkerThread> threads, Rounds rounds, JobEnd jobEnd) {
        try {
            Outcome end = null;
            while (end == null) {
                turn(rounds);
                end = ended(threads, jobEnd);
            }
            return end;
        } catch (RuntimeException e) {
            return failed(e);
        }
    }

    private void turn(Rounds rounds) {
        rounds.restore();
        if (!rounds.isRestoring()) {
            LockSupport.parkNanos(this, IDLE_NANOS);
        }
    }

    private @Nullable Outcome ended(List<WorkerThread> threads, JobEnd jobEnd) {
        Throwable failure = failure(threads);
        if (failure != null) {
            return failed(failure);
        }
        if (stopRequested) {
            return new Outcome.Stopped();
        }
        return isIdle(threads) && jobEnd.isReached() ? new Outcome.Finished() : null;
    }

    /** Whether none of this instance's tasks has anything left to do, which is when it is worth asking how the others are. */
    private static boolean isIdle(List<WorkerThread> threads) {
        return threads.stream().map(thread -> thread.worker().status()).allMatch(WorkerStatus::isFinished);
    }

    /** Stops the workers, restoring on meanwhile because they may still be given tasks. */
    private void wind(List<WorkerThread> threads, Rounds rounds, Outcome end) {
        boolean leave = end instanceof Outcome.Finished || (end instanceof Outcome.Stopped && config.leaveOnStop());
        threads.forEach(thread -> thread.stop(leave));
        while (threads.stream().anyMatch(Thread::isAlive)) {
            try {
                turn(rounds);
            } catch (RuntimeException e) {
                log.warn("while stopping: {}", e.toString());
            }
        }
    }

    private static @Nullable Throwable failure(List<WorkerThread> threads) {
        return threads.stream()
                .map(WorkerThread::failure)
                .filter(failure -> failure != null)
                .findFirst()
                .orElse(null);
    }

    private static Outcome.Failed failed(Throwable cause) {
        if (cause instanceof JobFailedException) {
            return new Outcome.Failed(String.valueOf(cause.getMessage()), cause);
        }
        log.error("the job cannot go on", cause);
        return new Outcome.Failed(cause.getClass().getSimpleName() + ": " + cause.getMessage(), cause);
    }
}
