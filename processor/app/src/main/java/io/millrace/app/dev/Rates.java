package io.millrace.app.dev;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

/** What the job's meters say, as counts and per second since the last look. Used by one thread. */
final class Rates {
    private final MeterRegistry meters;
    private Counts last = new Counts(0, 0, 0, 0);
    private long lastNs;

    Rates(MeterRegistry meters, long nowNs) {
        this.meters = meters;
        this.lastNs = nowNs;
    }

    /** The counts so far. */
    Counts counts() {
        return new Counts(
                sum("millrace.records.in"), sum("millrace.records.out"), sum("millrace.rows.late"), checkpoints());
    }

    /** How fast they have grown since the last call. */
    PerSecond perSecond(long nowNs) {
        Counts now = counts();
        double seconds = Math.max(1e-3, (nowNs - lastNs) / 1e9);
        PerSecond rates = new PerSecond(
                (now.in - last.in) / seconds,
                (now.out - last.out) / seconds,
                (now.checkpoints - last.checkpoints) / seconds);
        last = now;
        lastNs = nowNs;
        return rates;
    }

    private double sum(String name) {
        return meters.find(name).counters().stream().mapToDouble(Counter::count).sum();
    }

    private double checkpoints() {
        return meters.find("millrace.checkpoints").timers().stream()
                .mapToDouble(Timer::count)
                .sum();
    }

    record Counts(double in, double out, double late, double checkpoints) {}

    record PerSecond(double in, double out, double checkpoints) {}
}
