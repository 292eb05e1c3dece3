package io.millrace.app.dev;

import io.millrace.app.job.JobFile;
import io.millrace.app.job.RunningJob;
import io.millrace.config.JobSpec;
import io.millrace.local.Directories;
import io.millrace.local.LocalBroker;
import io.millrace.local.Topics;
import io.millrace.plan.Plan;
import io.millrace.runtime.Outcome;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code millrace dev}: an embedded broker with its data in a temporary directory, the job, sample clicks where the job
 * reads them, a reader of its results, and what the keys start and kill. The calling thread draws the screen; the sample, the reader, the
 * keys and the job have threads of their own.
 */
public final class DevSession {
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final Duration LAST_RESULTS_LIMIT = Duration.ofSeconds(20);
    private static final long LOOK_MS = 50;
    private static final long TICK_MS = 1000;

    private final JobFile file;
    private final JobSpec job;
    private final boolean checked;
    private final @Nullable Duration limit;
    private final @Nullable Supplier<Keys> keys;
    private final Screen screen;
    private final CountDownLatch end = new CountDownLatch(1);

    /**
     * @param job what was read from {@code file}
     * @param checked whether it is the example whose results {@link ExactCheck} knows
     * @param limit after how long it ends by itself, or null
     * @param keys whether the terminal at stdin gives the keys of {@link Recovery}
     * @param terminal whether {@code out} can redraw a line
     */
    public DevSession(
            JobFile file,
            JobSpec job,
            boolean checked,
            @Nullable Duration limit,
            boolean keys,
            PrintStream out,
            boolean terminal) {
        this(file, job, checked, limit, keys ? Keys::ofTerminal : null, out, terminal);
    }

    DevSession(
            JobFile file,
            JobSpec job,
            boolean checked,
            @Nullable Duration limit,
            @Nullable Supplier<Keys> keys,
            PrintStream out,
            boolean terminal) {
        this.file = file;
        this.job = job;
        this.checked = checked;
        this.limit = limit;
        this.keys = keys;
        this.screen = new Screen(out, terminal);
    }

    /** Asks a running session to end with its summary. From any thread. */
    public void end() {
        end.countDown();
    }

    /** Runs until {@link #end}, the limit or the job's failure; false if the job failed or a result was wrong. */
    public boolean run() {
        Path directory = Directories.temporary("millrace-dev-");
        screen.line("starting an embedded Kafka broker …");
        long startNs = System.nanoTime();
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0, Map.of())) {
            String address = broker.bootstrapServers();
            screen.line("broker at %s (ready in %.1f s; its data goes when this ends)"
                    .formatted(address, (System.nanoTime() - startNs) / 1e9));
            for (String topic : DevJob.topics(job)) {
                // The sample's event times lie back, and a broker deletes by them.
                Topics.create(address, topic, Sample.PARTITIONS, Map.of("retention.ms", "-1"));
            }
            return run(address, directory);
        } finally {
            Directories.delete(directory);
        }
    }

    private boolean run(String address, Path directory) {
        Path stateDir = directory.resolve("state");
        JobSpec devJob = keys == null ? DevJob.of(job, address, stateDir) : DevJob.impatient(job, address, stateDir);
        ExactCheck check = checked
                ? new ExactCheck(Sample.PARTITIONS, devJob.sources().get(0).lag())
                : null;
        Plan plan = file.plan(devJob, warning -> {});
        ResultReader results = new ResultReader(address, DevJob.sinkTopics(devJob), check);
        try (RunningJob running = RunningJob.start(plan, false, false);
                Instances instances = new Instances(running.memberName(), file, address, directory)) {
            CompletableFuture<Outcome> outcome = start("millrace-dev-job", running::await);
            CompletableFuture<?> reading = start("millrace-dev-results", results);
            awaitReady(running, outcome);
            try (KafkaWatch kafka = new KafkaWatch(address, plan, results::count);
                    Keys pressed = keys == null ? Keys.of(InputStream.nullInputStream()) : keys.get()) {
                Sample sample = DevJob.topics(devJob).contains(Sample.TOPIC) ? new Sample(address) : null;
                introduce(sample != null);
                Recovery recovery = new Recovery(pressed, instances, kafka, results, check, devJob, screen);
                CompletableFuture<?> recovering = start("millrace-dev-recovery", recovery);
                CompletableFuture<?> sampling =
                        sample == null ? CompletableFuture.completedFuture(null) : start("millrace-dev-sample", sample);
                View view = new View(running, instances, kafka, results, sample, check);
                watch(
                        view,
                        results,
                        () -> outcome.isDone()
                                || reading.isDone()
                                || recovering.isDone()
                                || sampling.isCompletedExceptionally());
                recovery.stop();
                if (sample != null) {
                    sample.stop();
                    join(sampling);
                    if (check != null) {
                        awaitLastResults(check, sample.sent(), outcome);
                    }
                }
                join(recovering);
                instances.stop();
                running.requestStop();
                results.stop();
                join(reading);
                show(results);
                return summarise(join(outcome), view, check);
            }
        }
    }

    /** So that the first thing to be seen is not a backlog. */
    private void awaitReady(RunningJob running, CompletableFuture<Outcome> outcome) {
        long deadlineNs = System.nanoTime() + READY_LIMIT.toNanos();
        while (!running.status().ready() && !outcome.isDone() && System.nanoTime() < deadlineNs) {
            if (awaitEnd(TimeUnit.MILLISECONDS.toNanos(LOOK_MS))) {
                return;
            }
        }
    }

    private void introduce(boolean withSample) {
        screen.line("running " + job.name().value() + "; results are read from " + DevJob.sinkTopics(job)
                + " as any consumer would, committed ones only");
        if (withSample) {
            screen.line(("sample clicks: %,d per second into topic %s; their event time runs %d times faster than the"
                            + " clock: a minute passes each second")
                    .formatted(Sample.CLICKS_PER_SECOND, Sample.TOPIC, Sample.SPEED));
        } else {
            screen.line("no sample data: the job reads no topic '" + Sample.TOPIC + "'; write to its topics yourself");
        }
        if (keys != null) {
            screen.line(Recovery.KEYS);
        }
        screen.line(limit == null ? "Ctrl-C ends it" : "it ends by itself after " + limit.toSeconds() + " s");
    }

    /** Shows results as they come and the state of things every second, until it is time to end. */
    private void watch(View view, ResultReader results, BooleanSupplier broken) {
        long startNs = System.nanoTime();
        long limitNs = limit == null ? Long.MAX_VALUE : limit.toNanos();
        for (long tick = 1; !broken.getAsBoolean(); tick++) {
            long elapsedNs = System.nanoTime() - startNs;
            long waitNs = Math.min(TimeUnit.MILLISECONDS.toNanos(tick * TICK_MS), limitNs) - elapsedNs;
            if (awaitEnd(Math.max(0, waitNs)) || System.nanoTime() - startNs >= limitNs) {
                return;
            }
            show(results);
            screen.status(view.status(tick) + (keys == null ? "" : "  [+ starts, k kills an instance]"));
        }
    }

    private void show(ResultReader results) {
        ResultReader.Latest latest = results.takeLatest();
        latest.lines().forEach(screen::line);
        if (latest.skipped() > 0) {
            screen.line("… and " + latest.skipped() + " more");
        }
    }

    private boolean awaitEnd(long waitNs) {
        try {
            return end.await(waitNs, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Gives the windows that the last clicks have closed the time to come out. */
    private void awaitLastResults(ExactCheck check, long sent, CompletableFuture<Outcome> outcome) {
        long deadlineNs = System.nanoTime() + LAST_RESULTS_LIMIT.toNanos();
        while ((check.clicks() < sent || check.due() > 0) && !outcome.isDone() && System.nanoTime() < deadlineNs) {
            try {
                outcome.get(LOOK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                // looked for by the loop
            } catch (ExecutionException failed) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean summarise(Outcome outcome, View view, @Nullable ExactCheck check) {
        screen.endStatus();
        screen.line(view.summary());
        if (outcome instanceof Outcome.Failed failed) {
            screen.line("the job failed: " + failed.message());
            return false;
        }
        if (check == null) {
            return true;
        }
        check.endOfClicks();
        screen.line(check.verdict());
        return check.wrongResults() == 0 && check.due() == 0;
    }

    private static CompletableFuture<?> start(String name, Runnable work) {
        return start(name, () -> {
            work.run();
            return work;
        });
    }

    private static <T> CompletableFuture<T> start(String name, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(work.get());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** @throws IllegalStateException with what ended the thread, if it did not end well */
    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
        }
    }
}
