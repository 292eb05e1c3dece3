package io.millrace.app.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes orders at a rate until it is stopped, in transactions of which some are aborted. What a transaction of unknown outcome has written is
 * neither known nor repeated: what the input is, its topic says.
 */
final class OrderFeed {
    private static final int BATCH = 100;
    /** Of a hundred transactions. */
    private static final int ABORTED = 5;

    private final Map<String, Object> config;
    private final String topic;
    private final long seed;
    private final Random random;
    private final int perSecond;
    private final Thread thread = new Thread(this::run, "order-feed");
    private volatile boolean stopped;
    private final AtomicLong next = new AtomicLong();
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    /** @param first index of the first order */
    OrderFeed(String bootstrapServers, OrderJob job, long seed, long first, int perSecond) {
        this.config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "transactional.id",
                "order-feed-" + job.name(),
                "transaction.timeout.ms",
                "10000",
                "request.timeout.ms",
                "4000",
                "delivery.timeout.ms",
                "8000",
                "max.block.ms",
                "8000");
        this.topic = job.source();
        this.seed = seed;
        this.random = new Random(seed);
        this.next.set(first);
        this.perSecond = perSecond;
        thread.setDaemon(true);
    }

    OrderFeed start() {
        thread.start();
        return this;
    }

    /** Index of the first order that was not sent yet. */
    long next() {
        return next.get();
    }

    /** Writes and commits so many at once; only while it was not started. */
    void write(long count) {
        long end = next.get() + count;
        while (next.get() < end) {
            transaction();
        }
        release();
    }

    private void run() {
        long startNs = System.nanoTime();
        long first = next.get();
        while (!stopped) {
            transaction();
            long dueNs = startNs + (next.get() - first) * 1_000_000_000L / perSecond;
            LockSupport.parkNanos(this, Math.max(0, dueNs - System.nanoTime()));
        }
        release();
    }

    private void transaction() {
        try {
            KafkaProducer<byte[], byte[]> open = producer();
            boolean abort = random.nextInt(100) < ABORTED;
            open.beginTransaction();
            for (int i = 0; i < BATCH; i++) {
                // Whoever counts an aborted order sees it in totals that no order explains.
                Orders order = Orders.at(abort ? ~seed : seed, next.getAndIncrement());
                // The commit says if one has failed.
                var unused = open.send(new ProducerRecord<>(
                        topic, order.partition(), null, order.json().getBytes(UTF_8)));
            }
            if (abort) {
                open.flush();
                open.abortTransaction();
            } else {
                open.commitTransaction();
            }
        } catch (KafkaException e) {
            release();
        }
    }

    private KafkaProducer<byte[], byte[]> producer() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
            producer = open;
            open.initTransactions();
        }
        return open;
    }

    private void release() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    /** Stops it; what it has written is decided when this returns. */
    void stop() throws InterruptedException {
        stopped = true;
        thread.join();
        // A transaction of unknown outcome is decided by the next holder of its id.
        producer();
        release();
    }
}
