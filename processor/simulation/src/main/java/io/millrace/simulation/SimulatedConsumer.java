package io.millrace.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A consumer, with assigned partitions or as a member of the group ({@link GroupMember}). It never resets a position by itself. */
final class SimulatedConsumer implements UnusedConsumerCalls {
    private static final int MOST_RECORDS = 20;
    private static final double PARTITION_HAS_ANSWERED = 0.8;

    /** A partition that is the consumer's. */
    private static final class Claim {
        private long position = -1;
        private boolean paused;
    }

    private final SimulatedKafka kafka;
    private final Incarnation process;
    private final Fate fate;
    private final boolean committedOnly;
    private final String name;
    private final @Nullable GroupMember member;
    private final Map<TopicPartition, Claim> claims = new LinkedHashMap<>();
    private final BrokerAnswers answers;

    SimulatedConsumer(SimulatedKafka kafka, Incarnation process, Fate fate, Map<String, Object> settings) {
        this.kafka = kafka;
        this.process = process;
        this.fate = fate;
        this.name = String.valueOf(settings.get(ConsumerConfig.CLIENT_ID_CONFIG));
        this.answers = new BrokerAnswers(name);
        this.committedOnly = "read_committed".equals(settings.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG));
        this.member = settings.containsKey(ConsumerConfig.GROUP_ID_CONFIG)
                ? new GroupMember(kafka, process, fate, this, settings)
                : null;
    }

    GroupMember member() {
        if (member == null) {
            throw new IllegalStateException(name + " is in no group");
        }
        return member;
    }

    boolean isMember() {
        return member != null;
    }

    // ---- the group

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        member().subscribe(topics, listener);
    }

    @Override
    public Set<String> subscription() {
        return member().subscription();
    }

    @Override
    public ConsumerGroupMetadata groupMetadata() {
        process.check();
        return member().metadata();
    }

    @Override
    public void enforceRebalance(String reason) {
        member().requestRejoin();
    }

    // ---- partitions

    @Override
    public Set<TopicPartition> assignment() {
        return new HashSet<>(claims.keySet());
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        process.check();
        assigned(partitions);
    }

    /** Keeps position and pause of partitions that stay. */
    void assigned(Collection<TopicPartition> partitions) {
        claims.keySet().retainAll(partitions);
        partitions.stream().sorted(Text.order()).forEach(one -> claims.computeIfAbsent(one, absent -> new Claim()));
    }

    private Claim claim(TopicPartition partition) {
        process.check();
        Claim claim = claims.get(partition);
        if (claim == null) {
            throw new IllegalStateException("No current assignment for partition " + partition);
        }
        return claim;
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        claim(partition).position = offset;
        if (member == null) {
            kafka.invariants().seeking(process.disk(), partition, offset);
        }
    }

    /** The leader epoch says nothing here: no election cuts a simulated log. */
    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        seek(partition, offset.offset());
    }

    @Override
    public long position(TopicPartition partition) {
        long position = claim(partition).position;
        if (position < 0) {
            throw new IllegalStateException(name + " has no position in " + partition);
        }
        return position;
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> claim(partition).paused = true);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> claim(partition).paused = false);
    }

    @Override
    public Set<TopicPartition> paused() {
        Set<TopicPartition> paused = new HashSet<>();
        claims.forEach((partition, claim) -> {
            if (claim.paused) {
                paused.add(partition);
            }
        });
        return paused;
    }

    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        PartitionLog log = kafka.log(partition);
        long end = committedOnly ? log.lastStableOffset() : log.endOffset();
        Claim claim = claim(partition);
        return claim.position < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, end - claim.position));
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        Node[] replicas = {BrokerAnswers.BROKER};
        List<PartitionInfo> partitions = new ArrayList<>();
        for (int partition = 0; partition < kafka.topic(topic).partitions().size(); partition++) {
            partitions.add(new PartitionInfo(topic, partition, BrokerAnswers.BROKER, replicas, replicas));
        }
        return partitions;
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return Map.of(answers.metricName(), answers);
    }

    // ---- reading

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        fate.between(process);
        if (member != null) {
            member.poll();
        }
        if (!kafka.isAvailable()) {
            return ConsumerRecords.empty();
        }
        answers.answered();
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new LinkedHashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new LinkedHashMap<>();
        int room = 1 + fate.dice().below(MOST_RECORDS);
        for (TopicPartition partition : new ArrayList<>(claims.keySet())) {
            Claim claim = claim(partition);
            if (room > 0 && !claim.paused && fate.dice().happens(PARTITION_HAS_ANSWERED)) {
                room -= fetch(partition, claim, room, records, next);
            }
        }
        if (!next.isEmpty()) {
            kafka.trace(name, "reads up to " + Text.offsets(next));
            if (name.endsWith("-standby")) {
                kafka.count("a standby reads");
            }
        }
        return new ConsumerRecords<>(records, next);
    }

    private int fetch(
            TopicPartition partition,
            Claim claim,
            int most,
            Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records,
            Map<TopicPartition, OffsetAndMetadata> next) {
        if (claim.position < 0) {
            findPosition(partition, claim);
            return 0;
        }
        PartitionLog log = kafka.log(partition);
        if (claim.position < log.startOffset() || claim.position > log.endOffset()) {
            kafka.count("a position is out of range");
            throw new OffsetOutOfRangeException(Map.of(partition, claim.position));
        }
        PartitionLog.Fetched fetched = log.fetch(claim.position, most, committedOnly);
        if (fetched.nextOffset() == claim.position) {
            return 0;
        }
        claim.position = fetched.nextOffset();
        next.put(partition, new OffsetAndMetadata(fetched.nextOffset(), Optional.empty(), ""));
        if (!fetched.entries().isEmpty()) {
            records.put(
                    partition,
                    fetched.entries().stream()
                            .map(entry -> record(partition, entry))
                            .toList());
        }
        return fetched.entries().size();
    }

    /** A member that has not sought goes on at the committed offset. */
    private void findPosition(TopicPartition partition, Claim claim) {
        OffsetAndMetadata committed = member == null ? null : kafka.group().committed(partition);
        if (committed == null) {
            throw new NoOffsetForPartitionException(partition);
        }
        if (!kafka.group().isUnstable(partition)) {
            claim.position = committed.offset();
        }
    }

    @SuppressWarnings("NullAway") // Kafka's records have null keys and values, and its constructor does not say so.
    private static ConsumerRecord<byte[], byte[]> record(TopicPartition partition, PartitionLog.Entry entry) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                entry.offset(),
                entry.timestampMs(),
                TimestampType.CREATE_TIME,
                -1,
                -1,
                entry.key(),
                entry.value(),
                entry.headers(),
                Optional.empty());
    }

    // ---- the end

    @Override
    public void close() {
        close(CloseOptions.timeout(Duration.ZERO));
    }

    /** Only closing without leaving the group is known here, since the engine leaves only at the end of a bounded run. */
    @Override
    public void close(CloseOptions options) {
        fate.between(process);
        if (member != null) {
            member.close();
        }
        claims.clear();
    }
}
