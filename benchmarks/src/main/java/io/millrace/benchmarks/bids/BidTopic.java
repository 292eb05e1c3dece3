package io.millrace.benchmarks.bids;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Fills a topic with bids, without keys and without compression: bid i goes to partition i mod the number of partitions. */
public final class BidTopic {
    private BidTopic() {}

    /**
     * Writes all bids to an empty topic, and returns when the broker has them.
     *
     * @return how many bytes of JSON they are
     * @throws IllegalStateException if one could not be written
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the callback reports
    public static long write(String bootstrapServers, String topic, int partitions, Bids bids) {
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "linger.ms",
                "20",
                "batch.size",
                Integer.toString(512 << 10),
                "buffer.memory",
                Integer.toString(128 << 20));
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        long bytes = 0;
        try (Producer<byte @Nullable [], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long index = 0; index < bids.count(); index++) {
                byte[] json = bids.at(index).json();
                bytes += json.length;
                int partition = (int) (index % partitions);
                producer.send(new ProducerRecord<>(topic, partition, null, json), (written, cause) -> {
                    if (cause != null) {
                        failure.compareAndSet(null, cause);
                    }
                });
            }
        }
        Exception cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("cannot write the input to topic " + topic, cause);
        }
        return bytes;
    }
}
