package io.millrace.simulation;

import io.millrace.engine.operator.exchange.KeyHash;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** A transactional producer: records wait in its buffer and reach the log some time before {@code flush} returns. */
final class SimulatedProducer implements Producer<byte[], byte[]> {
    private static final long MAX_BLOCK_MS = 30_000;
    private static final long DELIVERY_TIMEOUT_MS = 120_000;
    private static final double SENT_AT_ONCE = 0.1;
    private static final double LATE_BATCH = 0.5;
    private static final double LOST_BATCH = 0.5;
    private static final int LATEST_MS = 40_000;

    private enum State {
        NEW,
        READY,
        IN_TRANSACTION,
        /** Only an abort helps. */
        ABORTABLE,
        /** Nothing helps. */
        FATAL,
        CLOSED
    }

    private record Unsent(ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {}

    private final SimulatedKafka kafka;
    private final Incarnation process;
    private final Fate fate;
    private final String id;
    private final int transactionTimeoutMs;
    private final Deque<Unsent> buffer = new ArrayDeque<>();
    private State state = State.NEW;
    private Transactions.Identity identity = new Transactions.Identity(-1, -1);
    private @Nullable RuntimeException error;
    /** Whether the broker has anything of the open transaction. */
    private boolean started;

    private boolean commitUnanswered;

    SimulatedProducer(SimulatedKafka kafka, Incarnation process, Fate fate, Map<String, Object> settings) {
        this.kafka = kafka;
        this.process = process;
        this.fate = fate;
        this.id = (String) settings.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        this.transactionTimeoutMs = (int) settings.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    }

    @Override
    public void initTransactions() {
        fate.between(process);
        if (!answered(() -> tryInit(), MAX_BLOCK_MS)) {
            throw new TimeoutException("no answer to initTransactions of " + id);
        }
        state = State.READY;
        kafka.trace(id, "takes epoch " + identity.epoch());
    }

    /** Goes on with what an earlier holder of the id had, which a producer must never do; false if there was none. */
    boolean takeUpUnchanged() {
        Transactions.Identity present = kafka.transactions().present(id);
        if (present == null) {
            return false;
        }
        identity = present;
        state = State.READY;
        return true;
    }

    private boolean tryInit() {
        if (!kafka.isAvailable()) {
            return false;
        }
        Transactions.Identity given = kafka.transactions().init(id, transactionTimeoutMs);
        if (given == null) {
            return false;
        }
        identity = given;
        return true;
    }

    /** Asks until there is an answer or the time is over. */
    private boolean answered(BooleanSupplier ask, long timeoutMs) {
        if (ask.getAsBoolean()) {
            return true;
        }
        boolean[] done = new boolean[1];
        fate.await(process, timeoutMs, () -> done[0] |= ask.getAsBoolean());
        return done[0];
    }

    @Override
    public void beginTransaction() {
        failIfBroken();
        require(State.READY);
        state = State.IN_TRANSACTION;
        started = false;
    }

    private void require(State wanted) {
        if (state != wanted) {
            throw new IllegalStateException(id + " is " + state + ", not " + wanted);
        }
    }

    private void failIfBroken() {
        process.check();
        RuntimeException broken = error;
        if (broken != null) {
            throw new KafkaException("a request before this one has failed: " + broken.getMessage(), broken);
        }
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        return send(record, null);
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
        failIfBroken();
        require(State.IN_TRANSACTION);
        buffer.add(new Unsent(record, callback));
        if (fate.dice().happens(SENT_AT_ONCE)) {
            fate.between(process);
            tryDrain();
        }
        return new CompletableFuture<>();
    }

    /** Whether the buffer is empty, because all is written or all has failed. */
    private boolean tryDrain() {
        while (!buffer.isEmpty() && kafka.isAvailable()) {
            Unsent next = buffer.element();
            boolean unanswered = fate.strikes(Fault.SEND_FAILS);
            if (unanswered && fate.dice().happens(LOST_BATCH)) {
                failBuffer(new TimeoutException("a batch was not delivered in time"));
                break;
            }
            TopicPartition partition = partition(next.record);
            Transactions.Result result = append(next.record, partition);
            if (result.error() == Errors.CONCURRENT_TRANSACTIONS) {
                return false;
            }
            if (unanswered && result.error() == Errors.NONE) {
                // It was written, but nobody says so.
                started = true;
                failBuffer(new TimeoutException("a batch was not acknowledged in time"));
                break;
            }
            if (result.error() != Errors.NONE) {
                failBuffer(result.error().exception());
                break;
            }
            started = true;
            buffer.remove();
            report(next, new RecordMetadata(partition, result.offset(), 0, 0, 0, 0), null);
        }
        return buffer.isEmpty();
    }

    private Transactions.Result append(ProducerRecord<byte[], byte[]> record, TopicPartition partition) {
        return kafka.transactions()
                .append(identity, partition, record.timestamp(), record.key(), record.value(), record.headers());
    }

    private TopicPartition partition(ProducerRecord<byte[], byte[]> record) {
        Integer chosen = record.partition();
        int count = kafka.topic(record.topic()).partitions().size();
        int partition = chosen != null ? chosen : record.key() == null ? 0 : KeyHash.partition(record.key(), count);
        return new TopicPartition(record.topic(), partition);
    }

    private static void report(Unsent record, @Nullable RecordMetadata metadata, @Nullable Exception failure) {
        Callback callback = record.callback;
        if (callback != null) {
            callback.onCompletion(metadata, failure);
        }
    }

    private void failBuffer(RuntimeException failure) {
        kafka.trace(id, "cannot write: " + failure);
        kafka.count("write: " + failure.getClass().getSimpleName());
        fail(State.ABORTABLE, failure);
        List<Unsent> failed = new ArrayList<>(buffer);
        buffer.clear();
        failed.forEach(record -> report(record, null, failure));
    }

    private void fail(State to, RuntimeException failure) {
        if (state != State.FATAL) {
            state = to;
            error = failure;
        }
    }

    @Override
    public void flush() {
        fate.between(process);
        if (!answered(this::tryDrain, DELIVERY_TIMEOUT_MS)) {
            failBuffer(new TimeoutException("a batch was not delivered in time"));
        }
        fate.between(process);
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata metadata) {
        fate.between(process);
        failIfBroken();
        require(State.IN_TRANSACTION);
        if (offsets.isEmpty()) {
            return;
        }
        kafka.invariants().sendingOffsets(process, id);
        boolean lost = fate.strikes(Fault.OFFSETS_UNANSWERED);
        boolean applied = !lost || fate.dice().happens(0.5);
        Errors[] answer = {Errors.NONE};
        boolean isAnswered =
                applied && answered(() -> tryOffsets(offsets, metadata, answer), MAX_BLOCK_MS);
        kafka.trace(id, "sends offsets " + Text.offsets(offsets) + " as " + metadata.memberId() + " in generation "
                + metadata.generationId() + ": " + (lost ? "no answer, " + applied : answer[0]));
        if (lost || !isAnswered) {
            fate.await(process, lost ? MAX_BLOCK_MS : 0, () -> false);
            throw new TimeoutException("no answer to the offsets of " + id);
        }
        started = true;
        kafka.count("offsets: " + answer[0]);
        check(answer[0]);
        fate.between(process);
    }

    private boolean tryOffsets(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata metadata, Errors[] answer) {
        if (!kafka.isAvailable()) {
            return false;
        }
        answer[0] = kafka.transactions()
                .addOffsets(
                        identity,
                        offsets,
                        metadata.memberId(),
                        metadata.groupInstanceId().orElse(null),
                        metadata.generationId());
        return answer[0] != Errors.CONCURRENT_TRANSACTIONS;
    }

    private void check(Errors answer) {
        switch (answer) {
            case NONE -> {}
            case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION -> {
                CommitFailedException failure = new CommitFailedException("the group has moved on: " + answer);
                fail(State.ABORTABLE, failure);
                throw failure;
            }
            case FENCED_INSTANCE_ID, INVALID_PRODUCER_ID_MAPPING -> {
                fail(State.ABORTABLE, answer.exception());
                throw answer.exception();
            }
            case PRODUCER_FENCED -> {
                fail(State.FATAL, answer.exception());
                throw new ProducerFencedException(id + " has a newer holder");
            }
            default -> {
                fail(State.FATAL, answer.exception());
                throw answer.exception();
            }
        }
    }

    @Override
    public void commitTransaction() {
        fate.between(process);
        failIfBroken();
        require(State.IN_TRANSACTION);
        if (!answered(this::tryDrain, DELIVERY_TIMEOUT_MS)) {
            failBuffer(new TimeoutException("a batch was not delivered in time"));
        }
        failIfBroken();
        if (!started) {
            state = State.READY;
            return;
        }
        Errors[] answer = {Errors.NONE};
        if (fate.strikes(Fault.COMMIT_UNANSWERED)) {
            loseCommit();
        } else if (answered(() -> tryEnd(true, answer), MAX_BLOCK_MS)) {
            kafka.trace(id, "commits: " + answer[0]);
            kafka.count((commitUnanswered ? "commit, asked again: " : "commit: ") + answer[0]);
            commitUnanswered = false;
            check(answer[0]);
            state = State.READY;
            fate.between(process);
            return;
        }
        commitUnanswered = true;
        fate.await(process, MAX_BLOCK_MS, () -> false);
        throw new TimeoutException("no answer to the commit of " + id);
    }

    /** The request, or its answer, is lost, or the request is still on its way. */
    private void loseCommit() {
        Transactions.Identity sent = identity;
        int how = fate.dice().below(3);
        kafka.trace(id, "gets no answer to its commit, which is " + List.of("lost", "applied", "late").get(how));
        if (how == 1) {
            kafka.transactions().end(sent, true);
        } else if (how == 2) {
            fate.later(
                    fate.dice().below(LATEST_MS),
                    () -> kafka.count(
                            "late commit: " + kafka.transactions().end(sent, true).error()));
        }
    }

    private boolean tryEnd(boolean commit, Errors[] answer) {
        if (!kafka.isAvailable()) {
            return false;
        }
        Transactions.Result result = kafka.transactions().end(identity, commit);
        if (result.error() == Errors.NONE) {
            identity = new Transactions.Identity(identity.producer(), (int) result.offset());
        }
        answer[0] = result.error();
        return result.error() != Errors.CONCURRENT_TRANSACTIONS;
    }

    @Override
    public void abortTransaction() {
        fate.between(process);
        if (state == State.FATAL) {
            failIfBroken();
        }
        if (commitUnanswered) {
            throw new IllegalStateException("the commit of " + id + " is unanswered and must be asked for again");
        }
        List<Unsent> dropped = new ArrayList<>(buffer);
        buffer.clear();
        dropped.forEach(record -> report(record, null, new TransactionAbortedException("aborted")));
        if (started) {
            Errors[] answer = {Errors.NONE};
            if (!answered(() -> tryEnd(false, answer), MAX_BLOCK_MS)) {
                throw new TimeoutException("no answer to the abort of " + id);
            }
            kafka.trace(id, "aborts: " + answer[0]);
            kafka.count("abort: " + answer[0]);
            error = null;
            state = State.IN_TRANSACTION;
            check(answer[0]);
        }
        error = null;
        state = State.READY;
        fate.between(process);
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** An open transaction is left open; what is on its way may still arrive. */
    @Override
    public void close(Duration timeout) {
        state = State.CLOSED;
        buffer.clear();
    }

    /** The process has died: a batch that was on its way may arrive, or not. */
    void died() {
        if (state == State.IN_TRANSACTION && !buffer.isEmpty() && fate.dice().happens(LATE_BATCH)) {
            ProducerRecord<byte[], byte[]> record = buffer.element().record;
            Transactions.Identity sent = identity;
            fate.later(fate.dice().below(LATEST_MS), () -> {
                Transactions.Result result = kafka.transactions()
                        .append(
                                sent,
                                partition(record),
                                record.timestamp(),
                                record.key(),
                                record.value(),
                                record.headers());
                kafka.trace(id, "had a batch on its way when it died: " + result.error());
                kafka.count("late batch: " + result.error());
            });
        }
        state = State.CLOSED;
        buffer.clear();
    }

    // ---- what the engine does not use

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        throw new UnsupportedOperationException("partitionsFor");
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return Map.of();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        throw new UnsupportedOperationException("clientInstanceId");
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        throw new UnsupportedOperationException("registerMetricForSubscription");
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        throw new UnsupportedOperationException("unregisterMetricFromSubscription");
    }
}
