package io.millrace.benchmarks.peers;

import io.millrace.benchmarks.bids.FilterOracle;
import io.millrace.benchmarks.peers.BidJson.Bid;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Work a as a loop over plain clients, exactly-once and without anything else: the floor under every engine. A failure ends the
 * process; this is not how a loop in production would look.
 */
final class LoopPeer implements ConsumerRebalanceListener {
    private static final Duration POLL = Duration.ofMillis(20);

    private final PeerArguments arguments;
    private final BidJson json = new BidJson();
    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte @Nullable [], byte[]> producer;
    private final Map<TopicPartition, OffsetAndMetadata> processed = new HashMap<>();

    private LoopPeer(PeerArguments arguments, int thread) {
        this.arguments = arguments;
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", arguments.bootstrapServers(),
                        "group.id", arguments.group(),
                        "isolation.level", "read_committed",
                        "enable.auto.commit", "false",
                        "auto.offset.reset", "earliest",
                        "max.poll.records", "4000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", arguments.bootstrapServers(),
                        "transactional.id", arguments.group() + "-" + thread,
                        "linger.ms", "100",
                        "batch.size", Integer.toString(128 << 10),
                        "buffer.memory", Long.toString(64L << 20)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** @param args see {@link PeerArguments} */
    public static void main(String[] args) throws IOException {
        PeerArguments arguments = PeerArguments.parse(args);
        if (!arguments.work().equals("a")) {
            throw new IllegalArgumentException("the loop only does work a");
        }
        for (int i = 0; i < arguments.threads(); i++) {
            LoopPeer peer = new LoopPeer(arguments, i);
            Thread thread = new Thread(peer::run, "loop-" + i);
            thread.setUncaughtExceptionHandler((failed, cause) -> {
                cause.printStackTrace();
                Runtime.getRuntime().halt(1);
            });
            thread.setDaemon(true);
            thread.start();
        }
        System.in.transferTo(OutputStream.nullOutputStream());
    }

    /** A partition that goes to another thread goes with all that was done for it. */
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        commit();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}

    private void run() {
        producer.initTransactions();
        consumer.subscribe(List.of(arguments.input()), this);
        long commitNs = TimeUnit.MILLISECONDS.toNanos(arguments.commitMs());
        long lastCommitNs = System.nanoTime();
        while (true) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                process(records);
            }
            long nowNs = System.nanoTime();
            if (nowNs - lastCommitNs >= commitNs) {
                commit();
                lastCommitNs = nowNs;
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the commit reports
    private void process(ConsumerRecords<byte[], byte[]> records) {
        if (processed.isEmpty()) {
            producer.beginTransaction();
        }
        for (TopicPartition partition : records.partitions()) {
            long next = 0;
            for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
                Bid bid = json.read(record.value());
                if (bid.price() >= FilterOracle.MIN_PRICE) {
                    producer.send(new ProducerRecord<>(arguments.output(), json.write(bid)));
                }
                next = record.offset() + 1;
            }
            processed.put(partition, new OffsetAndMetadata(next));
        }
    }

    private void commit() {
        if (processed.isEmpty()) {
            return;
        }
        producer.sendOffsetsToTransaction(processed, consumer.groupMetadata());
        producer.commitTransaction();
        processed.clear();
    }
}
