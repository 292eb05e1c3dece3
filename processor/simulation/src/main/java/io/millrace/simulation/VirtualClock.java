package io.millrace.simulation;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Stands still until the simulation moves it. */
final class VirtualClock extends Clock {
    private static final long START_MS = 1_760_000_000_000L;

    private long nowMs = START_MS;

    void advance(long ms) {
        nowMs += ms;
    }

    /** Milliseconds since the run began. */
    long elapsedMs() {
        return nowMs - START_MS;
    }

    @Override
    public long millis() {
        return nowMs;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(nowMs);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
