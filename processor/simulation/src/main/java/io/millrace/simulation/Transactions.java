package io.millrace.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The transaction coordinator, as of Kafka 4 (transaction version 2): a producer's epoch grows with every transaction that ends, so that
 * whatever arrives late, of a transaction that is over, is refused. An end is decided at once; its markers reach the partitions, and the
 * group's offsets, one by one and perhaps much later.
 */
final class Transactions {
    /** A producer that has been given its id: {@code epoch} is what it must send with. */
    record Identity(long producer, int epoch) {}

    private enum State {
        EMPTY,
        ONGOING,
        COMMITTING,
        ABORTING
    }

    private static final class Producer {
        private final String id;
        private final long number;
        private int epoch = -1;
        private int timeoutMs;
        private State state = State.EMPTY;
        private long startedMs;
        private final Set<TopicPartition> partitions = new LinkedHashSet<>();
        private boolean hasOffsets;
        private int endedEpoch = -1;
        private boolean endedByCommit;

        Producer(String id, long number) {
            this.id = id;
            this.number = number;
        }

        boolean isEnding() {
            return state == State.COMMITTING || state == State.ABORTING;
        }
    }

    /** @param partition null for the one of the group's offsets */
    private record Marker(Producer producer, @Nullable TopicPartition partition, boolean commit, long dueMs) {}

    private final SimulatedKafka kafka;
    private final Map<String, Producer> byId = new LinkedHashMap<>();
    private final Map<Long, Producer> byNumber = new HashMap<>();
    private final List<Marker> markers = new ArrayList<>();
    private long nextNumber = 1;
    private long markersHeldUntilMs;

    Transactions(SimulatedKafka kafka) {
        this.kafka = kafka;
    }

    /**
     * Gives a transactional id to a new holder, which fences the one before and aborts what that had left open. Null if a transaction is
     * still ending: try again.
     */
    @Nullable
    Identity init(String id, int timeoutMs) {
        Producer producer = byId.get(id);
        if (producer == null) {
            producer = new Producer(id, nextNumber++);
            byId.put(id, producer);
            byNumber.put(producer.number, producer);
        }
        if (producer.state == State.ONGOING) {
            producer.epoch++;
            end(producer, false);
        }
        if (producer.isEnding()) {
            return null;
        }
        producer.timeoutMs = timeoutMs;
        producer.epoch++;
        return new Identity(producer.number, producer.epoch);
    }

    /** The present identity of an id, as a holder would have it that has not asked; for a mutation that forgets to. */
    @Nullable
    Identity present(String id) {
        Producer producer = byId.get(id);
        return producer == null ? null : new Identity(producer.number, producer.epoch);
    }

    /** Writes one record, in the open transaction of this producer or a new one. Returns the offset, or why not. */
    Result append(
            Identity identity,
            TopicPartition partition,
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers headers) {
        Errors error = enter(identity, Errors.INVALID_PRODUCER_EPOCH);
        if (error != Errors.NONE) {
            return new Result(-1, error);
        }
        Producer producer = producer(identity);
        producer.partitions.add(partition);
        long offset = kafka.log(partition).append(producer.number, timestampMs, key, value, headers);
        return new Result(offset, Errors.NONE);
    }

    /** An offset, or an error. */
    record Result(long offset, Errors error) {}

    /** Puts offsets into the open transaction, if the group lets this member. */
    Errors addOffsets(
            Identity identity,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            String member,
            @Nullable String instance,
            int generation) {
        Errors error = enter(identity, Errors.PRODUCER_FENCED);
        if (error != Errors.NONE) {
            return error;
        }
        Producer producer = producer(identity);
        error = kafka.group().validateCommit(member, instance, generation);
        if (error != Errors.NONE) {
            return error;
        }
        kafka.invariants().accepting(member, offsets.keySet());
        producer.hasOffsets = true;
        kafka.group().pending(producer.number, offsets);
        return Errors.NONE;
    }

    private Errors enter(Identity identity, Errors fenced) {
        Producer producer = byNumber.get(identity.producer);
        if (producer == null) {
            return Errors.INVALID_PRODUCER_ID_MAPPING;
        }
        if (producer.epoch != identity.epoch) {
            return fenced;
        }
        if (producer.isEnding()) {
            return Errors.CONCURRENT_TRANSACTIONS;
        }
        if (producer.state == State.EMPTY) {
            producer.state = State.ONGOING;
            producer.startedMs = kafka.nowMs();
        }
        return Errors.NONE;
    }

    private Producer producer(Identity identity) {
        Producer producer = byNumber.get(identity.producer);
        if (producer == null) {
            throw new IllegalStateException("producer " + identity + " was here a moment ago");
        }
        return producer;
    }

    /** Decides how a transaction ends. A repeated request is answered as the first one was. The answer's offset is the new epoch. */
    Result end(Identity identity, boolean commit) {
        Producer producer = byNumber.get(identity.producer);
        if (producer == null) {
            return new Result(-1, Errors.INVALID_PRODUCER_ID_MAPPING);
        }
        boolean isRepeated = identity.epoch == producer.endedEpoch && identity.epoch == producer.epoch - 1;
        if (isRepeated) {
            return producer.endedByCommit == commit
                    ? new Result(producer.epoch, Errors.NONE)
                    : new Result(-1, Errors.INVALID_TXN_STATE);
        }
        if (identity.epoch != producer.epoch) {
            return new Result(-1, Errors.PRODUCER_FENCED);
        }
        if (producer.isEnding()) {
            return new Result(-1, Errors.CONCURRENT_TRANSACTIONS);
        }
        if (producer.state == State.EMPTY && commit) {
            return new Result(-1, Errors.INVALID_TXN_STATE);
        }
        producer.endedEpoch = producer.epoch;
        producer.endedByCommit = commit;
        producer.epoch++;
        if (producer.state == State.ONGOING) {
            end(producer, commit);
        }
        return new Result(producer.epoch, Errors.NONE);
    }

    private void end(Producer producer, boolean commit) {
        kafka.trace(producer.id, commit ? "is committed" : "is aborted");
        producer.state = commit ? State.COMMITTING : State.ABORTING;
        for (TopicPartition partition : producer.partitions) {
            markers.add(new Marker(producer, partition, commit, dueMs()));
        }
        if (producer.hasOffsets) {
            markers.add(new Marker(producer, null, commit, dueMs()));
        }
        producer.partitions.clear();
        producer.hasOffsets = false;
        writeMarkers();
    }

    private long dueMs() {
        long nowMs = kafka.nowMs();
        long heldMs = Math.max(0, markersHeldUntilMs - nowMs);
        return nowMs + kafka.markerDelayMs() + kafka.dice().between(0, heldMs);
    }

    /** Another holder of the id has appeared and gone again: the present one is fenced. */
    void fence(String id) {
        Producer producer = byId.get(id);
        if (producer != null && !producer.isEnding()) {
            producer.epoch += 2;
            if (producer.state == State.ONGOING) {
                end(producer, false);
            }
        }
    }

    /** Forgets an id that has been idle for too long; one with a transaction is not idle. */
    boolean expire(String id) {
        Producer producer = byId.get(id);
        if (producer == null || producer.state != State.EMPTY) {
            return false;
        }
        byId.remove(id);
        byNumber.remove(producer.number);
        return true;
    }

    /** The coordinator moves: what is decided stays so, but markers are written late, each by itself, until then. */
    void holdMarkersUntil(long timeMs) {
        markersHeldUntilMs = Math.max(markersHeldUntilMs, timeMs);
        markers.replaceAll(marker ->
                new Marker(marker.producer, marker.partition, marker.commit, Math.max(marker.dueMs, dueMs())));
    }

    /** Time has passed: markers are written, and transactions that have been open for too long are aborted. */
    void tick() {
        writeMarkers();
        for (Producer producer : byId.values()) {
            if (producer.state == State.ONGOING && kafka.nowMs() - producer.startedMs > producer.timeoutMs) {
                kafka.trace(producer.id, "has had a transaction open for too long");
                kafka.count("a transaction times out");
                producer.epoch++;
                end(producer, false);
            }
        }
    }

    private void writeMarkers() {
        long nowMs = kafka.nowMs();
        for (Marker marker : List.copyOf(markers)) {
            if (marker.dueMs <= nowMs) {
                markers.remove(marker);
                write(marker);
            }
        }
        for (Producer producer : byId.values()) {
            if (producer.isEnding() && markers.stream().noneMatch(marker -> marker.producer == producer)) {
                producer.state = State.EMPTY;
            }
        }
    }

    private void write(Marker marker) {
        if (marker.partition == null) {
            kafka.group().resolve(marker.producer.number, marker.commit);
        } else {
            kafka.log(marker.partition)
                    .mark(marker.producer.number, kafka.nowMs(), marker.commit, new RecordHeaders());
        }
    }

    /** The producers whose open transactions are decided to count, but not marked everywhere yet. */
    Set<Long> committing() {
        Set<Long> numbers = new HashSet<>();
        byId.values().stream()
                .filter(producer -> producer.state == State.COMMITTING)
                .forEach(producer -> numbers.add(producer.number));
        return numbers;
    }

    List<String> ids() {
        return List.copyOf(byId.keySet());
    }

    /** Transactions that have neither been committed nor aborted everywhere. */
    List<String> unfinished() {
        return byId.values().stream()
                .filter(producer -> producer.state != State.EMPTY)
                .map(producer -> producer.id + " is " + producer.state)
                .toList();
    }
}
