package io.millrace.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Measures an engine from outside: what its consumer group has committed, and the processor time that its process has used,
 * sampled every {@link #SAMPLE_MS}. An engine that ends has finished with its exit; one that does not has finished when all of
 * the input and of its repartition topic is committed and nothing has moved for a while. Either way the span ends at the last
 * commit, so the quiet while is not in it.
 */
final class SpanMeter {
    static final long SAMPLE_MS = 100;
    static final int WARM_UP_PERCENT = 20;

    private static final long QUIET_MS = 3_000;
    private static final Duration RUN_LIMIT = Duration.ofMinutes(15);
    private static final long CALL_LIMIT_SECONDS = 30;
    /** Transaction markers are not records, and need not be committed. */
    private static final long MARKERS_BEHIND_LAST_RECORD = 2;

    private final Admin admin;
    private final ProcessHandle broker;
    private final String input;
    private final long records;
    private final long quietNs;

    SpanMeter(Admin admin, ProcessHandle broker, String input, long records, long commitMs) {
        this.admin = admin;
        this.broker = broker;
        this.input = input;
        this.records = records;
        this.quietNs = TimeUnit.MILLISECONDS.toNanos(QUIET_MS + 2 * commitMs);
    }

    private record Sample(
            long atNs, long cpuNs, long brokerCpuNs, Map<TopicPartition, Long> committed, long inputCommitted) {
        /** Whether nothing was committed yet. */
        boolean isBegin() {
            return committed.isEmpty();
        }
    }

    /** Follows one run from the process's start. @throws IllegalStateException if the engine fails or takes too long */
    Span measure(Engine engine, EngineProcess process, String group) {
        Sample begin = new Sample(System.nanoTime(), 0, EngineProcess.cpuNs(broker), Map.of(), 0);
        Sample first = begin;
        Sample warm = begin;
        Sample last = begin;
        while (true) {
            boolean alive = process.isAlive();
            Sample now = sample(process, group);
            if (!now.committed().equals(last.committed())) {
                first = first.isBegin() ? now : first;
                warm = warm.isBegin() && now.inputCommitted() * 100 >= records * WARM_UP_PERCENT ? now : warm;
                last = now;
            }
            if (!alive) {
                requireFinished(engine, process, now);
                long cpuNs = process.endedCpuNs();
                return span(begin, first, warm, last, cpuNs == 0 ? last.cpuNs() : cpuNs);
            }
            boolean quiet = now.inputCommitted() == records && now.atNs() - last.atNs() > quietNs;
            if (!engine.ends() && quiet && backlog(now.committed()) <= 0) {
                return span(begin, first, warm, last, last.cpuNs());
            }
            if (now.atNs() - begin.atNs() > RUN_LIMIT.toNanos()) {
                throw new IllegalStateException(engine.label() + " has not finished after " + RUN_LIMIT.toMinutes()
                        + " min, with " + now.inputCommitted() + " of " + records + " records committed; its log is "
                        + process.log());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(SAMPLE_MS) - (System.nanoTime() - now.atNs()));
        }
    }

    private void requireFinished(Engine engine, EngineProcess process, Sample now) {
        if (!engine.ends() || process.exitCode() != 0 || now.inputCommitted() != records) {
            throw new IllegalStateException(engine.label() + " ended with exit code " + process.exitCode() + " and "
                    + now.inputCommitted() + " of " + records + " records committed; its log is " + process.log());
        }
    }

    private Span span(Sample begin, Sample first, Sample warm, Sample last, long cpuNs) {
        boolean isWarm = !warm.isBegin() && warm.inputCommitted() < records;
        Sample from = isWarm ? warm : begin;
        return new Span(
                records - from.inputCommitted(),
                isWarm,
                last.atNs() - from.atNs(),
                cpuNs - from.cpuNs(),
                last.brokerCpuNs() - from.brokerCpuNs(),
                records,
                cpuNs,
                last.atNs() - first.atNs());
    }

    private Sample sample(EngineProcess process, String group) {
        Map<TopicPartition, Long> committed = new HashMap<>();
        long inputCommitted = 0;
        Map<TopicPartition, @Nullable OffsetAndMetadata> offsets =
                await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        for (Map.Entry<TopicPartition, @Nullable OffsetAndMetadata> entry : offsets.entrySet()) {
            OffsetAndMetadata offset = entry.getValue();
            if (offset != null) {
                committed.put(entry.getKey(), offset.offset());
                inputCommitted += entry.getKey().topic().equals(input) ? offset.offset() : 0;
            }
        }
        return new Sample(System.nanoTime(), process.cpuNs(), EngineProcess.cpuNs(broker), committed, inputCommitted);
    }

    /** How many records beyond markers are not committed, in the partition where they are most. */
    private long backlog(Map<TopicPartition, Long> committed) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        committed.keySet().forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        long backlog = 0;
        for (var end : await(admin.listOffsets(latest).all()).entrySet()) {
            long behind = end.getValue().offset() - committed.getOrDefault(end.getKey(), 0L);
            backlog = Math.max(backlog, behind - MARKERS_BEHIND_LAST_RECORD);
        }
        return backlog;
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get(CALL_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
