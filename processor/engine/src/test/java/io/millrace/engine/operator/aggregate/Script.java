package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Row;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A random specification and random input for it, the last watermark of which is the greatest. Times are around 1970 and, in zones, around a
 * change of the clocks, which the windows are then long enough to notice.
 */
final class Script {
    private static final List<Change> CHANGES = List.of(
            new Change("Europe/Berlin", "2024-03-31T01:00:00Z"),
            new Change("Europe/Berlin", "2024-10-27T01:00:00Z"),
            new Change("America/Los_Angeles", "2024-11-03T09:00:00Z"),
            new Change("Australia/Lord_Howe", "2024-04-06T15:00:00Z"),
            new Change("Australia/Lord_Howe", "1985-10-19T14:30:00Z"),
            new Change("Pacific/Apia", "2011-12-30T10:00:00Z"),
            new Change("America/Los_Angeles", "1967-04-30T10:00:00Z"),
            new Change("+05:45", "1970-01-01T00:00:00Z"));

    final Random random;
    final int rowsPerTransaction;
    final List<Batch> batches = new ArrayList<>();
    private final long seed;
    private final SlicedWindows windows;
    private final long latenessMs;
    private final List<AggregateCall> calls;
    private final long unitMs;
    private final long originMs;
    private int rows;

    Script(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        boolean zoned = random.nextInt(3) == 0;
        this.unitMs = zoned ? 6 * 60_000 : 1;
        Change change = CHANGES.get(random.nextInt(CHANGES.size()));
        this.originMs = zoned ? Instant.parse(change.instant).toEpochMilli() : 0;
        long everyMs = unitMs * (1L + random.nextInt(12));
        long sizeMs = everyMs * (1 + random.nextInt(6));
        long offsetMs = unitMs * (random.nextInt(40) - 20);
        SlicedWindows utc = random.nextInt(5) < 2
                ? SlicedWindows.cumulating(sizeMs, everyMs, offsetMs)
                : SlicedWindows.hopping(sizeMs, everyMs, offsetMs);
        this.windows = zoned ? utc.in(ZoneId.of(change.zone)) : utc;
        this.latenessMs = random.nextBoolean() ? 0 : unitMs * random.nextInt(30);
        this.calls = random.nextBoolean() ? Calls.PLAIN : Calls.DISTINCT;
        this.rowsPerTransaction = random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(5);
        long watermark = -100;
        int count = 2 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            List<Row> batch = new ArrayList<>();
            for (int n = random.nextInt(12); n > 0; n--) {
                batch.add(row(time(watermark - 30 + random.nextInt(80)) + random.nextInt((int) unitMs)));
            }
            watermark += random.nextInt(4) == 0 ? random.nextInt(100) : random.nextInt(10);
            long watermarkMs = time(watermark) + random.nextInt((int) unitMs) - (random.nextBoolean() ? 1 : 0);
            batches.add(new Batch(batch, i == 0 ? Long.MIN_VALUE : watermarkMs));
        }
        batches.add(new Batch(List.of(row(time(watermark)), row(time(watermark + 1))), Long.MAX_VALUE));
    }

    AggregateSpec spec(Emit emit) {
        return spec(emit, latenessMs, calls);
    }

    AggregateSpec spec(Emit emit, long withLatenessMs, List<AggregateCall> withCalls) {
        return new AggregateSpec("totals", Calls.INPUT, 1, windows, withCalls, withLatenessMs, emit, "late");
    }

    long rowCount() {
        return rows;
    }

    /** How far event time goes in steps of it. */
    long unitMs() {
        return unitMs;
    }

    private long time(long units) {
        return originMs + units * unitMs;
    }

    private Row row(long timeMs) {
        rows++;
        return Row.of(
                timeMs,
                orNull("k" + random.nextInt(3)),
                orNull(random.nextInt(5) == 0 ? random.nextInt() : random.nextInt(6)),
                orNull(random.nextInt(5) == 0 ? random.nextLong() : random.nextInt(6)),
                orNull((random.nextInt(64) - 32) * 0.25),
                orNull(BigDecimal.valueOf(random.nextInt(2000) - 1000, 2)),
                orNull("s" + random.nextInt(4)),
                orNull(random.nextBoolean()));
    }

    private @Nullable Object orNull(Object value) {
        return random.nextInt(6) == 0 ? null : value;
    }

    @Override
    public String toString() {
        return "seed " + seed + ", " + windows + ", lateness " + latenessMs + ", full after " + rowsPerTransaction;
    }

    /** When clocks change somewhere. */
    private record Change(String zone, String instant) {}

    record Batch(List<Row> rows, long watermarkMs) {}
}
