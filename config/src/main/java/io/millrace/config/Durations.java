package io.millrace.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Durations as a job writes them: {@code 10s}, {@code 1h30m}; larger units first, each at most once, a sign in front. */
final class Durations {
    static final String PATTERN = "-?(?=.)([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?";

    private static final Pattern WRITTEN = Pattern.compile(PATTERN);
    private static final Pattern LOOSE = Pattern.compile("(\\d{1,9})\\s*([a-z]+)");
    private static final Map<String, Long> UNITS_MS = new LinkedHashMap<>();

    static {
        UNITS_MS.put("d", 86_400_000L);
        UNITS_MS.put("h", 3_600_000L);
        UNITS_MS.put("m", 60_000L);
        UNITS_MS.put("s", 1_000L);
        UNITS_MS.put("ms", 1L);
    }

    private Durations() {}

    /** Null if the text is no duration. */
    static @Nullable Duration parse(String text) {
        Matcher matcher = WRITTEN.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        long sumMs = 0;
        int group = 1;
        for (long unitMs : UNITS_MS.values()) {
            String part = matcher.group(group++);
            // Nine digits of days are far from overflowing a long.
            sumMs += part == null ? 0 : unitMs * Long.parseLong(part.replaceAll("[a-z]", ""));
        }
        return Duration.ofMillis(text.startsWith("-") ? -sumMs : sumMs);
    }

    /** In the words of {@link #parse}. */
    static String write(Duration duration) {
        long restMs = Math.abs(duration.toMillis());
        StringBuilder out = new StringBuilder(duration.isNegative() ? "-" : "");
        for (Map.Entry<String, Long> unit : UNITS_MS.entrySet()) {
            long count = restMs / unit.getValue();
            if (count > 0) {
                out.append(count).append(unit.getKey());
            }
            restMs %= unit.getValue();
        }
        return out.isEmpty() ? "0s" : out.toString();
    }

    /** The largest unit of which the duration is a multiple. */
    static long unitMs(Duration duration) {
        for (long unitMs : UNITS_MS.values()) {
            if (duration.toMillis() % unitMs == 0) {
                return unitMs;
            }
        }
        return 1;
    }

    /** What was probably meant by something that is no duration, or null. */
    static @Nullable String meant(String text, String likelyUnit) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        if (lower.matches("-?\\d{1,9}")) {
            return lower + likelyUnit;
        }
        StringBuilder out = new StringBuilder();
        Matcher parts = LOOSE.matcher(lower.startsWith("pt") ? lower.substring(2) : lower);
        while (parts.find()) {
            String unit = unit(parts.group(2));
            if (unit == null) {
                return null;
            }
            out.append(parts.group(1)).append(unit);
        }
        return parse(out.toString()) == null ? null : out.toString();
    }

    private static @Nullable String unit(String word) {
        return switch (word) {
            case "ms", "msec", "milli", "millis", "millisecond", "milliseconds" -> "ms";
            case "s", "sec", "secs", "second", "seconds" -> "s";
            case "m", "min", "mins", "minute", "minutes" -> "m";
            case "h", "hr", "hrs", "hour", "hours" -> "h";
            case "d", "day", "days" -> "d";
            default -> null;
        };
    }
}
