package io.millrace.app.dev;

import io.millrace.local.ClickProducer;
import io.millrace.local.Clicks;
import java.time.Duration;
import java.time.Instant;

/** The sample clicks of {@code dev} on their way to the topic. Runs on its own thread until {@link #stop}. */
final class Sample implements Runnable {
    static final String TOPIC = "clicks";
    static final int PARTITIONS = 4;
    static final long CLICKS_PER_SECOND = 20_000;
    /** Event time runs this much faster than the clock, so that a window of a minute closes every second. */
    static final long SPEED = 60;

    private static final Clicks CLICKS = Clicks.of(
                    20260101, Instant.parse("2026-01-01T00:00:05Z"), CLICKS_PER_SECOND / SPEED)
            .withLate(5_000, Duration.ofHours(1));

    private final ClickProducer producer;
    private volatile boolean stopped;

    Sample(String bootstrapServers) {
        this.producer = new ClickProducer(bootstrapServers, TOPIC, CLICKS);
    }

    @Override
    public void run() {
        try (producer) {
            producer.sendAtRate(0, CLICKS_PER_SECOND, () -> stopped);
        }
    }

    void stop() {
        stopped = true;
    }

    long sent() {
        return producer.sent();
    }
}
