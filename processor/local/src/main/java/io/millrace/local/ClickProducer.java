package io.millrace.local;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes clicks, without a key, to one topic with an idempotent producer: click i goes to partition i mod the number of
 * partitions, in the order of their indexes. Call {@link #send} and {@link #sendAtRate} from one thread; {@link #sent} from any.
 */
public final class ClickProducer implements AutoCloseable {
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Clicks clicks;
    private final String topic;
    private final int partitions;
    private final Producer<byte @Nullable [], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile long sent;

    public ClickProducer(String bootstrapServers, String topic, Clicks clicks) {
        this.clicks = clicks;
        this.topic = topic;
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers,
                "linger.ms", "5",
                "batch.size", "65536");
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        this.partitions = producer.partitionsFor(topic).size();
    }

    /** Sends the clicks from (inclusive) to (exclusive) as fast as the broker takes them, and waits until it has them all. */
    public void send(long from, long to) {
        for (long index = from; index < to; index++) {
            send(index);
        }
        flush();
    }

    /**
     * Sends clicks from index {@code from} on, so many per second, until told to stop; then waits until the broker has them all.
     *
     * @return the index behind the last one sent
     */
    public long sendAtRate(long from, long perSecond, BooleanSupplier stop) {
        long startNs = System.nanoTime();
        long next = from;
        while (!stop.getAsBoolean()) {
            long elapsedNs = System.nanoTime() - startNs;
            long due = from + (long) (elapsedNs / 1e9 * perSecond);
            while (next < due && !stop.getAsBoolean()) {
                send(next++);
            }
            LockSupport.parkNanos(TICK_NS);
        }
        flush();
        return next;
    }

    /** How many clicks were handed to the producer so far. */
    public long sent() {
        return sent;
    }

    /** Waits until the broker has everything. @throws IllegalStateException if a click could not be written */
    public void flush() {
        producer.flush();
        Exception cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("cannot write to topic " + topic + ": " + cause.getMessage(), cause);
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    @SuppressWarnings({"FutureReturnValueIgnored", "NonAtomicVolatileUpdate"}) // the callback reports; one thread sends
    private void send(long index) {
        int partition = (int) (index % partitions);
        byte[] json = clicks.at(index).json();
        producer.send(new ProducerRecord<>(topic, partition, null, json), (written, cause) -> {
            if (cause != null) {
                failure.compareAndSet(null, cause);
            }
        });
        sent++;
    }
}
