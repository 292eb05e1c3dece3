package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes single clicks of a page to chosen partitions of the source, in transactions if it was asked to. */
final class SourceWriter implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;

    private SourceWriter(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    static SourceWriter plain(World world) {
        return new SourceWriter(producer(Map.of("bootstrap.servers", world.brokers())));
    }

    static SourceWriter transactional(World world, String id) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", world.brokers());
        config.put("transactional.id", id);
        Producer<byte[], byte[]> producer = producer(config);
        producer.initTransactions();
        return new SourceWriter(producer);
    }

    private static Producer<byte[], byte[]> producer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Returns when the broker has it. */
    void click(int partition, Instant time) {
        await(send(partition, json(time)));
    }

    /** Returns at once; the broker gets it when it can. */
    void startClick(int partition, Instant time) {
        var unused = send(partition, json(time));
    }

    /** A record that is no JSON. Returns when the broker has it. */
    void garbage(int partition) {
        await(send(partition, "{"));
    }

    private static String json(Instant time) {
        return "{\"user_id\":\"u\",\"page\":\"/home\",\"ts\":\"" + time + "\",\"ms\":1,\"is_bot\":false}";
    }

    private Future<RecordMetadata> send(int partition, String value) {
        return producer.send(new ProducerRecord<>(PageStats.SOURCE, partition, null, value.getBytes(UTF_8)));
    }

    private static void await(Future<RecordMetadata> sent) {
        try {
            sent.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    void begin() {
        producer.beginTransaction();
    }

    void commit() {
        producer.commitTransaction();
    }

    void abort() {
        producer.abortTransaction();
    }

    @Override
    public void close() {
        producer.close();
    }
}
