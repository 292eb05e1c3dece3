package io.millrace.api;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code process} step has under {@code config}: text, read as what the class expects. All getters throw a {@link ConfigurationException} that
 * names the key if a value is missing that has no default, or is not what is expected. Immutable.
 */
public final class Configuration {
    private static final Pattern DURATION =
            Pattern.compile("(?=.)(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");
    private static final long[] UNITS_MS = {86_400_000, 3_600_000, 60_000, 1_000, 1};

    private final Map<String, String> values;

    public Configuration(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** The keys that are there, in the job's order. */
    public Set<String> keys() {
        return values.keySet();
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    public String getString(String key) {
        return required(key, values.get(key));
    }

    public String getString(String key, String absent) {
        return values.getOrDefault(key, absent);
    }

    public int getInt(String key) {
        return required(key, intOrNull(key));
    }

    public int getInt(String key, int absent) {
        Integer value = intOrNull(key);
        return value == null ? absent : value;
    }

    public long getLong(String key) {
        return required(key, longOrNull(key));
    }

    public long getLong(String key, long absent) {
        Long value = longOrNull(key);
        return value == null ? absent : value;
    }

    public double getDouble(String key) {
        return required(key, doubleOrNull(key));
    }

    public double getDouble(String key, double absent) {
        Double value = doubleOrNull(key);
        return value == null ? absent : value;
    }

    /** {@code true} or {@code false}. */
    public boolean getBoolean(String key) {
        return required(key, booleanOrNull(key));
    }

    public boolean getBoolean(String key, boolean absent) {
        Boolean value = booleanOrNull(key);
        return value == null ? absent : value;
    }

    /** As the job writes durations everywhere: {@code 500ms}, {@code 10s}, {@code 1h30m}. Never negative. */
    public Duration getDuration(String key) {
        return required(key, durationOrNull(key));
    }

    public Duration getDuration(String key, Duration absent) {
        Duration value = durationOrNull(key);
        return value == null ? absent : value;
    }

    private @Nullable Integer intOrNull(String key) {
        return get(key, "a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE, Integer::valueOf);
    }

    private @Nullable Long longOrNull(String key) {
        return get(key, "a whole number", Long::valueOf);
    }

    private @Nullable Double doubleOrNull(String key) {
        return get(key, "a number", Double::valueOf);
    }

    private @Nullable Boolean booleanOrNull(String key) {
        return get(key, "true or false", text -> switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    private @Nullable Duration durationOrNull(String key) {
        return get(key, "a duration such as 500ms, 10s, 5m, 1h30m or 7d", text -> {
            Matcher matcher = DURATION.matcher(text);
            if (!matcher.matches()) {
                throw new IllegalArgumentException();
            }
            long sumMs = 0;
            for (int unit = 0; unit < UNITS_MS.length; unit++) {
                String count = matcher.group(unit + 1);
                // Nine digits of days are far from overflowing a long.
                sumMs += count == null ? 0 : Long.parseLong(count) * UNITS_MS[unit];
            }
            return Duration.ofMillis(sumMs);
        });
    }

    private <T> @Nullable T get(String key, String expected, Function<String, T> reader) {
        String text = values.get(key);
        if (text == null) {
            return null;
        }
        try {
            return reader.apply(text.strip());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(key, key + " must be " + expected);
        }
    }

    private static <T> T required(String key, @Nullable T value) {
        if (value == null) {
            throw new ConfigurationException(key, key + " is missing: add it to the step's config");
        }
        return value;
    }
}
