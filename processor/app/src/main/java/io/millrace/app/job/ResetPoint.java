package io.millrace.app.job;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.apache.kafka.clients.admin.OffsetSpec;

/** A place in every partition of a job's sources. */
public record ResetPoint(String text, OffsetSpec spec) {
    /**
     * @param text {@code earliest}, {@code latest}, or a time: an ISO date, with a time of day, with an offset; UTC without one. Of a time it is the
     *     first record with a timestamp as late as that
     * @throws IllegalArgumentException if it is none of these
     */
    public static ResetPoint parse(String text) {
        return switch (text) {
            case "earliest" -> new ResetPoint(text, OffsetSpec.earliest());
            case "latest" -> new ResetPoint(text, OffsetSpec.latest());
            default ->
                new ResetPoint(text, OffsetSpec.forTimestamp(instant(text).toEpochMilli()));
        };
    }

    private static Instant instant(String text) {
        try {
            if (text.indexOf('T') < 0) {
                return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
            }
            boolean zoned = text.endsWith("Z") || text.matches(".*T.*[+-]\\d\\d:?\\d\\d");
            return zoned
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no place: write earliest, latest, or a time such as 2026-01-31T10:00:00Z", e);
        }
    }
}
