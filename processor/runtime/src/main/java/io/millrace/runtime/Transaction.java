package io.millrace.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's producer and its open transaction: the only place where records are produced. Call only from the worker.
 *
 * <p>A transaction is begun by the first record or by {@link #commit}, never earlier: the broker's timeout runs from then, and an open
 * transaction holds back every reader of what it wrote to. It is full at {@link #MAX_RECORDS} or {@link #MAX_BYTES}: the worker then
 * commits before its interval is over.
 */
final class Transaction implements RecordSender, AutoCloseable {
    static final int MAX_RECORDS = 200_000;
    static final long MAX_BYTES = 64L << 20;

    private static final Logger log = LoggerFactory.getLogger(Transaction.class);
    private static final String EVENT_TIME_HEADER = "millrace.event.time";
    private static final int COMMIT_ATTEMPTS = 3;
    /** What a record costs beyond key, value and headers, generously: record and batch headers. */
    private static final int RECORD_OVERHEAD_BYTES = 128;

    private final ClientFactory clients;
    private final Map<String, Object> settings;
    private final Set<String> internalTopics;
    private final Function<String, RecordTime> times;
    private final Clock clock;
    private final long maxRecordBytes;
    /** Next offset behind the last record of the open transaction, by changelog partition; written by the producer's thread. */
    private final Map<TopicPartition, Long> changelogEnds = new ConcurrentHashMap<>();

    /** The same as of the last commit. Nobody else has written there since, so that whatever comes lies behind it. */
    private final Map<TopicPartition, Long> committedEnds = new ConcurrentHashMap<>();

    private final Map<TopicPartition, Callback> changelogCallbacks = new HashMap<>();
    private final Callback failures = (metadata, error) -> sent(null, -1, error);
    private volatile @Nullable Exception sendError;
    private @Nullable Producer<byte[], byte[]> producer;
    private boolean open;
    private int records;
    private long bytes;

    /**
     * @param settings the producer's, with its transactional id
     * @param internalTopics topics whose records are stamped with wall-clock time; event time is in their values
     * @param times which timestamps the records of any other topic may have
     * @param maxRecordBytes the producer's {@code max.request.size}
     */
    Transaction(
            ClientFactory clients,
            Map<String, Object> settings,
            Set<String> internalTopics,
            Function<String, RecordTime> times,
            Clock clock,
            long maxRecordBytes) {
        this.clients = clients;
        this.settings = Map.copyOf(settings);
        this.internalTopics = Set.copyOf(internalTopics);
        this.times = times;
        this.clock = clock;
        this.maxRecordBytes = maxRecordBytes;
    }

    /** The job's {@code max.request.size}, or Kafka's default. */
    static long maxRecordBytes(Map<String, String> kafka) {
        String text = kafka.getOrDefault(
                "producer." + ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                kafka.getOrDefault(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "1048576"));
        return Long.parseLong(text.trim());
    }

    /**
     * Takes a new producer under the same id. Kafka then aborts, or finishes, whatever an earlier holder of the id had left open, so
     * that a stable read of committed offsets afterwards tells how it ended.
     */
    void renew() {
        discard();
        Producer<byte[], byte[]> fresh = clients.producer(settings);
        try {
            fresh.initTransactions();
        } catch (RuntimeException e) {
            fresh.close(Duration.ZERO);
            throw e;
        }
        producer = fresh;
    }

    @Override
    public void send(
            String topic,
            int partition,
            long timeMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        int size = RECORD_OVERHEAD_BYTES + length(key) + length(value) + length(headers);
        if (size > maxRecordBytes) {
            throw new io.millrace.engine.operator.RecordTooLargeException(
                    "a record of " + size + " bytes for topic " + topic
                            + " is larger than the producer's max.request.size, " + maxRecordBytes
                            + "; raise kafka.max.request.size (and the topic's max.message.bytes), or make the record smaller");
        }
        // Brokers refuse timestamps from the future, and retention would delete internal records with old ones.
        long nowMs = clock.millis();
        boolean isInternal = internalTopics.contains(topic);
        long timestampMs = isInternal ? nowMs : times.apply(topic).stamp(timeMs, nowMs);
        begin();
        var unused = producer()
                .send(
                        new ProducerRecord<>(
                                topic,
                                partition < 0 ? null : partition,
                                timestampMs,
                                key,
                                value,
                                isInternal || timestampMs == timeMs ? kafkaHeaders(headers) : timed(headers, timeMs)),
                        failures);
        records++;
        bytes += size;
    }

    /** Sends one changelog record. */
    void sendChange(TopicPartition changelog, byte[] key, byte @Nullable [] value) {
        begin();
        Callback callback = changelogCallbacks.computeIfAbsent(
                changelog,
                partition -> (metadata, error) -> sent(partition, metadata == null ? -1 : metadata.offset(), error));
        var unused = producer()
                .send(
                        new ProducerRecord<>(
                                changelog.topic(), changelog.partition(), clock.millis(), key, value, null),
                        callback);
        records++;
        bytes += RECORD_OVERHEAD_BYTES + key.length + length(value);
    }

    @Override
    public boolean isFull() {
        return records >= MAX_RECORDS || bytes >= MAX_BYTES;
    }

    boolean isOpen() {
        return open;
    }

    /** Whether there is a producer to send with; if not, {@link #renew} comes first. */
    boolean isReady() {
        return producer != null;
    }

    /**
     * Commits everything sent since the last commit together with these offsets. When it returns, it is committed.
     *
     * @param offsets at least one, of a partition that the worker owns: without any, nothing would fence a worker that has lost its place
     * @return the next offset behind the last change, for each changelog partition written to
     * @throws ChangelogCutException if a changelog has lost changes of earlier commits; it is not committed
     * @throws KafkaException if it is not, or not known to be, committed; {@link Reaction} says what to do
     */
    Map<TopicPartition, Long> commit(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        if (offsets.isEmpty()) {
            throw new IllegalStateException("a transaction without offsets would not be fenced");
        }
        begin();
        // Before the offsets: a record that cannot be written must keep the offsets from being committed.
        producer().flush();
        throwSendError();
        sendOffsets(offsets, group);
        commitKnowingTheOutcome();
        open = false;
        records = 0;
        bytes = 0;
        Map<TopicPartition, Long> ends = Map.copyOf(changelogEnds);
        changelogEnds.clear();
        committedEnds.putAll(ends);
        return ends;
    }

    private void sendOffsets(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        try {
            producer().sendOffsetsToTransaction(offsets, group);
        } catch (FencedInstanceIdException e) {
            // A join of this very member that was late on its way does the same. If it is another process, the consumer
            // hears so as well, and that ends the job.
            throw new CommitFailedException("the group has another member under the name of this worker ("
                    + group.groupInstanceId().orElse("none") + "): " + e.getMessage());
        }
    }

    private void commitKnowingTheOutcome() {
        for (int attempt = 1; ; attempt++) {
            try {
                producer().commitTransaction();
                return;
            } catch (TimeoutException e) {
                if (attempt == COMMIT_ATTEMPTS) {
                    throw new KafkaException(
                            "no answer to a commit after " + attempt
                                    + " attempts: whether it is committed will be read from the committed offsets",
                            e);
                }
                log.warn("no answer to a commit yet, asking again: {}", e.getMessage());
            }
        }
    }

    /**
     * Aborts the open transaction, if any.
     *
     * @throws KafkaException if that fails; the producer is then of no use any more
     */
    void abort() {
        try {
            if (open) {
                producer().abortTransaction();
            }
        } finally {
            // Only now: until the abort has returned, its records' failures were still being reported.
            forget();
        }
    }

    private void begin() {
        if (!open) {
            producer().beginTransaction();
            open = true;
        }
    }

    private void sent(@Nullable TopicPartition changelog, long offset, @Nullable Exception error) {
        if (error != null) {
            sendError = error;
        } else if (changelog != null && offset >= 0) {
            // Without an offset, as after an answer that got lost, the changelog is only read from further back.
            long end = committedEnds.getOrDefault(changelog, 0L);
            if (offset < end) {
                sendError = new ChangelogCutException(changelog, end, offset);
            }
            changelogEnds.merge(changelog, offset + 1, Math::max);
        }
    }

    private void throwSendError() {
        Exception error = sendError;
        if (error != null) {
            throw error instanceof KafkaException kafka ? kafka : new KafkaException(error);
        }
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            throw new IllegalStateException("no producer: renew() comes first");
        }
        return producer;
    }

    private void forget() {
        open = false;
        records = 0;
        bytes = 0;
        sendError = null;
        changelogEnds.clear();
    }

    private void discard() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
        forget();
    }

    /** Closes the producer; an open transaction is left to be aborted by the next holder of the id, or by its timeout. */
    @Override
    public void close() {
        discard();
    }

    private static @Nullable Iterable<Header> kafkaHeaders(List<RecordHeader> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        RecordHeaders kafka = new RecordHeaders();
        headers.forEach(header -> kafka.add(header.key(), header.value()));
        return kafka;
    }

    /** The headers and one that keeps the event time, which the record's timestamp is not. */
    private static Iterable<Header> timed(List<RecordHeader> headers, long timeMs) {
        RecordHeaders kafka = new RecordHeaders();
        headers.forEach(header -> kafka.add(header.key(), header.value()));
        kafka.add(EVENT_TIME_HEADER, Instant.ofEpochMilli(timeMs).toString().getBytes(UTF_8));
        return kafka;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static int length(List<RecordHeader> headers) {
        int sum = 0;
        for (RecordHeader header : headers) {
            sum += 2 * header.key().length() + length(header.value()) + 10;
        }
        return sum;
    }
}
