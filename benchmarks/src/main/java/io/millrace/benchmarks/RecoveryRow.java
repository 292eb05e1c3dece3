package io.millrace.benchmarks;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of the recovery benchmark's table; times in milliseconds, negative where there is none.
 *
 * @param firstMs from the start of the process to the first committed result
 * @param cpuMs processor time of the process until then
 * @param worstMs the longest that a record has waited for its result
 * @param restored what bringing the state up to date took; null if nothing was said of it
 */
record RecoveryRow(
        String engine,
        String what,
        long firstMs,
        long cpuMs,
        long worstMs,
        @Nullable Restored restored) {
    static final String HEAD = """
            | engine | what | start to first result | CPU until then | longest wait for a result | catching up |
            | --- | --- | --- | --- | --- | --- |""";

    /**
     * What was read from changelogs, all tasks together.
     *
     * @param ms of the slowest task; they are restored side by side
     */
    record Restored(int tasks, long records, long bytes, long ms) {
        @Override
        public String toString() {
            String text = String.format(Locale.ROOT, "%d tasks, %,d records in %.2f s", tasks, records, ms / 1000.0);
            return records < 1_000
                    ? text
                    : text
                            + String.format(
                                    Locale.ROOT,
                                    ", %,d records and %.1f MB a second",
                                    records * 1000 / ms,
                                    bytes / 1000.0 / ms);
        }
    }

    @Override
    public String toString() {
        return "| " + engine + " | " + what + " | " + seconds(firstMs) + " | " + seconds(cpuMs) + " | "
                + seconds(worstMs) + " | "
                + (restored == null ? "" : restored) + " |";
    }

    private static String seconds(long ms) {
        return ms < 0 ? "" : String.format(Locale.ROOT, "%.1f s", ms / 1000.0);
    }
}
