package io.millrace.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** A Kafka cluster in memory: topics, transactions, one consumer group. It loses nothing that it has acknowledged. */
final class SimulatedKafka {
    /** A topic as it was created. */
    record Topic(String name, Uuid id, String cleanupPolicy, List<PartitionLog> partitions) {
        boolean isCompacted() {
            return cleanupPolicy.contains("compact");
        }
    }

    static final long SESSION_TIMEOUT_MS = 10_000;
    static final long TOMBSTONES_KEPT_MS = 86_400_000;

    private final VirtualClock clock;
    private final Dice dice;
    private final Trace trace;
    private final Invariants invariants;
    private final Map<String, Topic> topics = new LinkedHashMap<>();
    private final Transactions transactions = new Transactions(this);
    private final Group group;
    private long unavailableUntilMs;
    private int slowestMarkerMs;

    SimulatedKafka(VirtualClock clock, Dice dice, Trace trace, Invariants invariants, long initialDelayMs) {
        this.clock = clock;
        this.dice = dice;
        this.trace = trace;
        this.invariants = invariants;
        this.group = new Group(this, SESSION_TIMEOUT_MS, initialDelayMs);
    }

    void create(String name, int partitions, String cleanupPolicy) {
        if (topics.containsKey(name)) {
            return;
        }
        List<PartitionLog> logs = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            logs.add(new PartitionLog(new TopicPartition(name, partition)));
        }
        topics.put(name, new Topic(name, new Uuid(1, topics.size() + 1L), cleanupPolicy, List.copyOf(logs)));
    }

    Map<String, Topic> topics() {
        return topics;
    }

    Topic topic(String name) {
        Topic topic = topics.get(name);
        if (topic == null) {
            throw new IllegalStateException("no topic " + name);
        }
        return topic;
    }

    PartitionLog log(TopicPartition partition) {
        return topic(partition.topic()).partitions().get(partition.partition());
    }

    List<PartitionLog> logs() {
        return topics.values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .toList();
    }

    Transactions transactions() {
        return transactions;
    }

    Group group() {
        return group;
    }

    Invariants invariants() {
        return invariants;
    }

    Dice dice() {
        return dice;
    }

    long nowMs() {
        return clock.millis();
    }

    void trace(String who, String what) {
        trace.add(who, what);
    }

    void count(String what) {
        trace.count(what);
    }

    /** No client gets an answer before then. */
    void unavailableUntil(long timeMs) {
        unavailableUntilMs = timeMs;
    }

    boolean isAvailable() {
        return nowMs() >= unavailableUntilMs;
    }

    /** How late the markers of a transaction may come. */
    void slowestMarkerMs(int ms) {
        slowestMarkerMs = ms;
    }

    long markerDelayMs() {
        return slowestMarkerMs == 0 ? 0 : dice.below(slowestMarkerMs + 1);
    }

    /** Time has passed. */
    void tick() {
        transactions.tick();
        group.tick();
    }

    /** Compacts one of the topics that are to be compacted. */
    void compactSome() {
        List<PartitionLog> logs = topics.values().stream()
                .filter(Topic::isCompacted)
                .flatMap(topic -> topic.partitions().stream())
                .toList();
        if (!logs.isEmpty()) {
            PartitionLog log = dice.pick(logs);
            log.compact(nowMs() - TOMBSTONES_KEPT_MS);
            trace("kafka", "compacts " + log);
        }
    }
}
