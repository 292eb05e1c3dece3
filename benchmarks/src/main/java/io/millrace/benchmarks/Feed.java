package io.millrace.benchmarks;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes the input: first each text once, then texts by chance at a steady rate, of which it remembers when it has sent them. */
final class Feed implements AutoCloseable {
    private final Texts texts;
    private final int keys;
    private final String topic;
    private final Producer<byte[], byte[]> producer;
    /** Of texts that were sent since the steady feeding began and whose result has not been seen. */
    private final Map<Integer, Long> sentNs = new ConcurrentHashMap<>();
    /** How often each text was sent. */
    private final AtomicIntegerArray counts;

    private volatile boolean stopped;
    private volatile @Nullable RuntimeException failure;
    private @Nullable Thread thread;

    Feed(String bootstrapServers, String topic, Texts texts, int keys) {
        this.texts = texts;
        this.keys = keys;
        this.topic = topic;
        this.counts = new AtomicIntegerArray(keys);
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "batch.size",
                256 << 10,
                "linger.ms",
                5,
                "acks",
                "all",
                "delivery.timeout.ms",
                600_000);
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends each text once, and returns when the broker has them. */
    void load() {
        for (int number = 0; number < keys; number++) {
            send(number);
        }
        producer.flush();
        check();
    }

    /** Sends texts by chance, evenly over time, until {@link #stop}. */
    void start(int perSecond, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long startNs = System.nanoTime();
        Thread feeding = new Thread(
                () -> {
                    for (long i = 0; !stopped; i++) {
                        long dueNs = startNs + i * 1_000_000_000L / perSecond;
                        for (long now = System.nanoTime(); now < dueNs; now = System.nanoTime()) {
                            LockSupport.parkNanos(dueNs - now);
                        }
                        int number = random.nextInt(keys);
                        sentNs.putIfAbsent(number, System.nanoTime());
                        send(number);
                    }
                },
                "feed");
        feeding.setDaemon(true);
        feeding.start();
        thread = feeding;
    }

    private void send(int number) {
        byte[] text = texts.text(number);
        counts.incrementAndGet(number);
        var unused = producer.send(new ProducerRecord<>(topic, text, text), (sent, error) -> {
            if (error != null) {
                failure = new IllegalStateException("the broker has not taken a record", error);
            }
        });
    }

    /** Ends the feeding; everything has arrived when it returns. */
    void stop() throws InterruptedException {
        end();
        producer.flush();
        check();
    }

    private void end() throws InterruptedException {
        stopped = true;
        Thread feeding = thread;
        if (feeding != null) {
            feeding.join();
        }
    }

    private void check() {
        RuntimeException error = failure;
        if (error != null) {
            throw error;
        }
    }

    /** A result of this text has come. @return when the text was sent first since the last result, or null */
    @Nullable
    Long answered(int number) {
        return sentNs.remove(number);
    }

    /** How many of the texts fed have no result yet. */
    int unanswered() {
        return sentNs.size();
    }

    /** How often a text was sent. */
    int count(int number) {
        return counts.get(number);
    }

    @Override
    public void close() {
        try {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
