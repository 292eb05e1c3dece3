package io.millrace.app.job;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.millrace.app.admin.AdminServer;
import io.millrace.config.JobSpec;
import io.millrace.plan.Plan;
import io.millrace.runtime.Instance;
import io.millrace.runtime.InstanceConfig;
import io.millrace.runtime.InstanceStatus;
import io.millrace.runtime.KafkaClients;
import io.millrace.runtime.OnDataLoss;
import io.millrace.runtime.Outcome;
import io.millrace.state.rocksdb.RocksDbOptions;
import io.millrace.state.rocksdb.RocksDbStateBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance of a job in this process, with its state, its metrics and its admin server: the wiring, in plain {@code new}. */
public final class RunningJob implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RunningJob.class);

    private final String job;
    private final PrometheusMeterRegistry metrics;
    private final RocksDbStateBackend backend;
    private final Instance instance;
    private final @Nullable AdminServer admin;

    private RunningJob(
            String job,
            PrometheusMeterRegistry metrics,
            RocksDbStateBackend backend,
            Instance instance,
            @Nullable AdminServer admin) {
        this.job = job;
        this.metrics = metrics;
        this.backend = backend;
        this.instance = instance;
        this.admin = admin;
    }

    /**
     * Starts an instance; its work begins when the group has placed its tasks.
     *
     * @param untilEnd whether it stops at the ends that its sources have now
     * @param leaveOnStop whether its tasks move elsewhere at once when it is stopped
     * @throws UncheckedIOException if the admin server cannot listen
     */
    public static RunningJob start(Plan plan, boolean untilEnd, boolean leaveOnStop) {
        JobSpec spec = plan.job();
        Path stateDir = spec.runtime().stateDir().resolve(spec.name().value());
        PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RocksDbStateBackend backend = new RocksDbStateBackend(
                stateDir,
                RocksDbOptions.ofMemory(spec.runtime().stateMemoryBytes()),
                () -> UUID.randomUUID().toString());
        try {
            InstanceConfig config = new InstanceConfig(
                    backend.instanceId(),
                    spec.kafka(),
                    spec.runtime().workers(),
                    spec.runtime().checkpointInterval(),
                    untilEnd,
                    spec.errors().goOnAfterLoss() ? OnDataLoss.CONTINUE : OnDataLoss.FAIL,
                    spec.runtime().standbys(),
                    leaveOnStop);
            Instance instance = new Instance(
                    plan.topology(), config, backend, new KafkaClients(spec.kafka()), metrics, Clock.systemUTC());
            AdminServer admin = admin(spec.runtime().adminListen(), instance, metrics);
            log.info(
                    "job {} starts as instance {}, its state in {}",
                    spec.name().value(),
                    config.instanceId(),
                    stateDir);
            instance.start();
            return new RunningJob(spec.name().value(), metrics, backend, instance, admin);
        } catch (RuntimeException e) {
            backend.close();
            throw e;
        }
    }

    private static @Nullable AdminServer admin(
            @Nullable String listen, Instance instance, PrometheusMeterRegistry metrics) {
        if (listen == null) {
            return null;
        }
        try {
            return AdminServer.start(listen, instance::status, metrics);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Waits for the end of the job on this instance. */
    public Outcome await() {
        return instance.awaitTermination();
    }

    /** Asks it to finish the open transaction and end, and returns at once. From any thread. */
    public void requestStop() {
        log.info("stopping: the open transaction is finished first");
        try {
            instance.stop(Duration.ZERO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What its workers are called in the group and as transactional ids, without their numbers: the same disk, the same name. */
    public String memberName() {
        return job + "-" + backend.instanceId();
    }

    public InstanceStatus status() {
        return instance.status();
    }

    public PrometheusMeterRegistry metrics() {
        return metrics;
    }

    /** Closes everything; the instance must have ended. */
    @Override
    public void close() {
        if (admin != null) {
            admin.close();
        }
        backend.close();
        metrics.close();
    }
}
