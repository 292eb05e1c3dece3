package io.millrace.plan;

import java.time.Duration;

/** Durations as a job writes them. */
final class Durations {
    private static final String[] UNITS = {"d", "h", "m", "s", "ms"};
    private static final long[] UNITS_MS = {86_400_000, 3_600_000, 60_000, 1_000, 1};

    private Durations() {}

    /** {@code 1h30m}, {@code 250ms}; {@code 0s} for nothing. */
    static String text(Duration duration) {
        long restMs = Math.abs(duration.toMillis());
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < UNITS.length; i++) {
            long count = restMs / UNITS_MS[i];
            restMs %= UNITS_MS[i];
            if (count > 0) {
                text.append(count).append(UNITS[i]);
            }
        }
        return text.isEmpty() ? "0s" : (duration.isNegative() ? "-" : "") + text;
    }
}
