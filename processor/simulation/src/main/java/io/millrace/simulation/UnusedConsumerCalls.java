package io.millrace.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;

/** The part of Kafka's consumer that the engine does not use. A call is a sign that the simulation has to learn more. */
interface UnusedConsumerCalls extends Consumer<byte[], byte[]> {
    /** What such a call ends with. */
    static UnsupportedOperationException unused(String call) {
        return new UnsupportedOperationException("the simulated consumer has no " + call);
    }

    @Override
    default void subscribe(Collection<String> topics) {
        throw unused("subscribe");
    }

    @Override
    default void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        throw unused("subscribe");
    }

    @Override
    default void subscribe(Pattern pattern) {
        throw unused("subscribe");
    }

    @Override
    default void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
        throw unused("subscribe");
    }

    @Override
    default void subscribe(SubscriptionPattern pattern) {
        throw unused("subscribe");
    }

    @Override
    default void unsubscribe() {
        throw unused("unsubscribe");
    }

    @Override
    default void commitSync() {
        throw unused("commitSync");
    }

    @Override
    default void commitSync(Duration timeout) {
        throw unused("commitSync");
    }

    @Override
    default void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        throw unused("commitSync");
    }

    @Override
    default void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        throw unused("commitSync");
    }

    @Override
    default void commitAsync() {
        throw unused("commitAsync");
    }

    @Override
    default void commitAsync(OffsetCommitCallback callback) {
        throw unused("commitAsync");
    }

    @Override
    default void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        throw unused("commitAsync");
    }

    @Override
    default void registerMetricForSubscription(KafkaMetric metric) {
        throw unused("registerMetricForSubscription");
    }

    @Override
    default void unregisterMetricFromSubscription(KafkaMetric metric) {
        throw unused("unregisterMetricFromSubscription");
    }

    @Override
    default void seekToBeginning(Collection<TopicPartition> partitions) {
        throw unused("seekToBeginning");
    }

    @Override
    default void seekToEnd(Collection<TopicPartition> partitions) {
        throw unused("seekToEnd");
    }

    @Override
    default long position(TopicPartition partition, Duration timeout) {
        throw unused("position");
    }

    @Override
    default Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        throw unused("committed");
    }

    @Override
    default Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
        throw unused("committed");
    }

    @Override
    default Uuid clientInstanceId(Duration timeout) {
        throw unused("clientInstanceId");
    }

    @Override
    default List<PartitionInfo> partitionsFor(String topic) {
        throw unused("partitionsFor");
    }

    @Override
    default Map<String, List<PartitionInfo>> listTopics() {
        throw unused("listTopics");
    }

    @Override
    default Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
        throw unused("listTopics");
    }

    @Override
    default Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
        throw unused("offsetsForTimes");
    }

    @Override
    default Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration timeout) {
        throw unused("offsetsForTimes");
    }

    @Override
    default Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        throw unused("beginningOffsets");
    }

    @Override
    default Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        throw unused("beginningOffsets");
    }

    @Override
    default Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        throw unused("endOffsets");
    }

    @Override
    default Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        throw unused("endOffsets");
    }

    @Override
    default void enforceRebalance() {
        throw unused("enforceRebalance");
    }

    @Override
    @Deprecated
    default void close(Duration timeout) {
        throw unused("close");
    }

    @Override
    default void wakeup() {
        throw unused("wakeup");
    }
}
