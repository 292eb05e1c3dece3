package io.millrace.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads committed results as they come, all the time, and notes when each came. All times are {@link System#nanoTime}'s. */
final class OutputWatch implements AutoCloseable {
    private final Feed feed;
    private final ToIntFunction<byte[]> countOf;
    private final Thread thread;
    private final AtomicIntegerArray counts;
    private final AtomicLong records = new AtomicLong();
    /** When something came, ascending. */
    private final List<Long> arrivalsNs = new ArrayList<>();

    private final List<Answer> answers = new ArrayList<>();
    private volatile boolean stopped;
    private volatile @Nullable RuntimeException failure;

    /** A text that was fed, and when its result was there. */
    record Answer(long sentNs, long arrivedNs) {
        long tookNs() {
            return arrivedNs - sentNs;
        }
    }

    /** @param countOf the count in a result's value */
    OutputWatch(String bootstrapServers, String topic, int keys, Feed feed, ToIntFunction<byte[]> countOf) {
        this.feed = feed;
        this.countOf = countOf;
        this.counts = new AtomicIntegerArray(keys);
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrapServers,
                "isolation.level", "read_committed",
                "enable.auto.commit", "false",
                "max.poll.records", "10000",
                "fetch.max.wait.ms", "20",
                "auto.offset.reset", "earliest");
        thread = new Thread(
                () -> {
                    try (Consumer<byte[], byte[]> consumer =
                            new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                        read(consumer, topic);
                    } catch (RuntimeException e) {
                        failure = e;
                    }
                },
                "output-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void read(Consumer<byte[], byte[]> consumer, String topic) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (int partition = 0; partition < RecoveryCase.PARTITIONS; partition++) {
            partitions.add(new TopicPartition(topic, partition));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        while (!stopped) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(50));
            long nowNs = System.nanoTime();
            if (!polled.isEmpty()) {
                note(polled, nowNs);
            }
        }
    }

    private synchronized void note(ConsumerRecords<byte[], byte[]> polled, long nowNs) {
        arrivalsNs.add(nowNs);
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            int number = Texts.number(record.key());
            int count = countOf.applyAsInt(record.value());
            counts.accumulateAndGet(number, count, Math::max);
            Long sentNs = feed.answered(number);
            if (sentNs != null) {
                answers.add(new Answer(sentNs, nowNs));
            }
        }
        records.addAndGet(polled.count());
    }

    long records() {
        RuntimeException error = failure;
        if (error != null) {
            throw error;
        }
        return records.get();
    }

    /** When the first result came behind the longest time without any since then; null if there was none of at least 500 ms. */
    synchronized @Nullable Long firstAfterPause(long sinceNs) {
        Long end = null;
        long longestNs = 500_000_000;
        long before = sinceNs;
        for (long arrivedNs : arrivalsNs) {
            if (arrivedNs > sinceNs) {
                if (arrivedNs - before > longestNs) {
                    longestNs = arrivedNs - before;
                    end = arrivedNs;
                }
                before = arrivedNs;
            }
        }
        return end;
    }

    /** The longest that a text sent in this span has waited for its result; those that have none yet are not in it. */
    synchronized long worstNs(long fromNs, long toNs) {
        return answers.stream()
                .filter(answer -> answer.sentNs >= fromNs && answer.sentNs < toNs)
                .mapToLong(Answer::tookNs)
                .max()
                .orElse(0);
    }

    /** How often a text has been counted, as far as was read. */
    int count(int number) {
        return counts.get(number);
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
