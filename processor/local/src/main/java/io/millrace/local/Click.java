package io.millrace.local;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * One sample click.
 *
 * @param tsMs its event time, milliseconds since the epoch
 * @param latencyMs how long the page took
 * @param referrer null for about every third click
 * @param path like the page, but in mixed case and with a tail
 * @param late whether its event time lies farther back than the generator's bound
 */
public record Click(
        long index,
        String userId,
        String page,
        long tsMs,
        int latencyMs,
        boolean bot,
        @Nullable String referrer,
        String path,
        String country,
        boolean late) {
    private static final long DAY_MS = 86_400_000L;

    /** The click as the JSON object that is written to the topic: user_id, page, ts, ms, is_bot, referrer, path, country. */
    public byte[] json() {
        StringBuilder json = new StringBuilder(200);
        json.append("{\"user_id\":\"").append(userId);
        json.append("\",\"page\":\"").append(page);
        json.append("\",\"ts\":\"");
        appendInstant(json, tsMs);
        json.append("\",\"ms\":").append(latencyMs);
        json.append(",\"is_bot\":").append(bot);
        json.append(",\"referrer\":");
        if (referrer == null) {
            json.append("null");
        } else {
            json.append('"').append(referrer).append('"');
        }
        json.append(",\"path\":\"").append(path);
        json.append("\",\"country\":\"").append(country).append("\"}");
        return json.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** ISO-8601 in UTC with milliseconds; by hand because a formatter would take most of a fast producer's time. */
    private static void appendInstant(StringBuilder out, long ms) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(ms, DAY_MS));
        int ofDay = (int) Math.floorMod(ms, DAY_MS);
        out.append(day).append('T');
        digits(out, ofDay / 3_600_000, 2);
        out.append(':');
        digits(out, ofDay / 60_000 % 60, 2);
        out.append(':');
        digits(out, ofDay / 1000 % 60, 2);
        out.append('.');
        digits(out, ofDay % 1000, 3);
        out.append('Z');
    }

    private static void digits(StringBuilder out, int value, int width) {
        for (int unit = width == 3 ? 100 : 10; unit > 0; unit /= 10) {
            out.append((char) ('0' + value / unit % 10));
        }
    }
}
