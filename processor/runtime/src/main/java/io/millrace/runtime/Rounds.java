package io.millrace.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.engine.topology.Topology;
import io.millrace.state.StateBackend;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workers and the restorer of one instance, which do nothing by themselves: each runs a round when whoever drives it says so. An
 * {@link Instance} drives them with a thread each; a simulation drives those of many instances with one thread, in an order of its choice.
 *
 * <p>A worker's rounds must not overlap, nor those of the restorer; apart from that, any of them may run at any time, on any thread.
 */
public final class Rounds implements AutoCloseable {
    private final Restorer restorer;
    private final Purge purge;
    private final TopicWatch topics;
    private final List<Worker> workers;

    Rounds(RuntimeContext context) {
        this.restorer = new Restorer(context);
        this.purge = new Purge(context);
        this.topics = new TopicWatch(context);
        List<Worker> made = new ArrayList<>();
        for (int number = 0; number < context.config().workers(); number++) {
            made.add(new Worker(context, restorer, purge, number));
        }
        this.workers = List.copyOf(made);
    }

    /**
     * Looks up the job's topics, creates those that are its own, and makes the workers.
     *
     * @param admin stays the caller's, as do {@code backend} and {@code clients}
     * @throws io.millrace.engine.task.JobFailedException if the topics are not as they must be
     * @throws org.apache.kafka.common.KafkaException if they cannot be looked up now
     */
    public static Rounds open(
            Topology topology,
            InstanceConfig config,
            StateBackend backend,
            ClientFactory clients,
            Cluster admin,
            MeterRegistry registry,
            Clock clock) {
        JobCluster cluster = JobCluster.prepare(topology, admin);
        return new Rounds(new RuntimeContext(
                topology,
                config,
                cluster,
                cluster.placement(topology),
                admin,
                clients,
                backend,
                new RuntimeMetrics(registry),
                clock));
    }

    /** A worker's round: recovers from operating errors. @throws RuntimeException why the job cannot go on */
    public void work(int worker) {
        workers.get(worker).runOnce();
    }

    /** The restorer's round. @throws RuntimeException why the job cannot go on */
    public void restore() {
        topics.step();
        restorer.step();
        purge.step();
    }

    /** Whether the restorer has work to do at once. */
    public boolean isRestoring() {
        return restorer.isBusy();
    }

    /** A worker's last round: commits what is open, closes its tasks and clients. The group keeps its place until the session ends. */
    public void closeWorker(int worker, Duration timeout) {
        workers.get(worker).close(false, timeout);
    }

    /** How many tasks a worker runs. */
    public int running(int worker) {
        return workers.get(worker).status().running().size();
    }

    /**
     * What a task's position record in the {@link StateBackend} says of its stores, in their order: the first offset of each one's changelog
     * that it does not contain. Null if it cannot be read.
     */
    public static long @Nullable [] changelogOffsets(byte[] position) {
        StoredPosition stored = StoredPosition.decode(position);
        return stored == null
                ? null
                : stored.changelogs().stream()
                        .mapToLong(StoredPosition.Changelog::offset)
                        .toArray();
    }

    List<Worker> workers() {
        return workers;
    }

    /** Closes the restorer; close the workers first. */
    @Override
    public void close() {
        restorer.close();
    }
}
