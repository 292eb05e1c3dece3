package io.millrace.app.dev;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.LongSupplier;

/**
 * What Kafka has of the job's work, and what the meters of the instance in this process say besides, as counts and per second since the
 * last look. Used by one thread.
 */
final class Rates {
    private final LongSupplier in;
    private final LongSupplier out;
    private final MeterRegistry meters;
    private Counts last = new Counts(0, 0, 0, 0);
    private long lastNs;

    /**
     * @param in how many records of its sources the job is done with
     * @param out how many results came
     */
    Rates(LongSupplier in, LongSupplier out, MeterRegistry meters, long nowNs) {
        this.in = in;
        this.out = out;
        this.meters = meters;
        this.lastNs = nowNs;
    }

    /** The counts so far. */
    Counts counts() {
        return new Counts(
                in.getAsLong(),
                out.getAsLong(),
                (long) meters.find("millrace.rows.late").counters().stream()
                        .mapToDouble(Counter::count)
                        .sum(),
                meters.find("millrace.checkpoints").timers().stream()
                        .mapToLong(Timer::count)
                        .sum());
    }

    /** How fast they have grown since the last call. */
    PerSecond perSecond(Counts now, long nowNs) {
        double seconds = Math.max(1e-3, (nowNs - lastNs) / 1e9);
        PerSecond rates = new PerSecond(
                (now.in - last.in) / seconds,
                (now.out - last.out) / seconds,
                (now.checkpoints - last.checkpoints) / seconds);
        last = now;
        lastNs = nowNs;
        return rates;
    }

    /**
     * @param late of the instance in this process, as are {@code checkpoints}
     */
    record Counts(long in, long out, long late, long checkpoints) {}

    record PerSecond(double in, double out, double checkpoints) {}
}
