package io.millrace.config;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The time zones that a job may name: those of the IANA database, and offsets such as {@code +02:00}. */
final class TimeZones {
    private static final SortedSet<String> NAMES = new TreeSet<>(ZoneId.getAvailableZoneIds());
    private static final Pattern OFFSET = Pattern.compile("[+-]\\d{2}:\\d{2}|Z");
    private static final Pattern LOOSE_OFFSET = Pattern.compile("(?:UTC|GMT)?\\s*([+-])(\\d{1,2})(?::?(\\d{2}))?");
    /** Of abbreviations such as PST each is one edit away from another. */
    private static final int GUESSED_CHARACTERS = 5;

    private TimeZones() {}

    static boolean isKnown(String text) {
        return NAMES.contains(text) || (OFFSET.matcher(text).matches() && isOffset(text));
    }

    /** A hint at what was probably meant by something that is no time zone, or null. */
    static @Nullable String meant(String text) {
        Matcher offset = LOOSE_OFFSET.matcher(text.toUpperCase(Locale.ROOT));
        if (offset.matches()) {
            String minutes = offset.group(3) == null ? "00" : offset.group(3);
            String written =
                    offset.group(1) + (offset.group(2).length() == 1 ? "0" : "") + offset.group(2) + ":" + minutes;
            return isOffset(written) ? "did you mean '" + written + "'?" : "an offset is at most 18:00";
        }
        String place = text.strip().replace(' ', '_');
        for (String name : NAMES) {
            String last = name.substring(name.lastIndexOf('/') + 1);
            if (name.equalsIgnoreCase(place) || last.equalsIgnoreCase(place)) {
                return "did you mean '" + name + "'?";
            }
        }
        return place.length() < GUESSED_CHARACTERS ? null : DidYouMean.hint(place, List.copyOf(NAMES));
    }

    private static boolean isOffset(String text) {
        try {
            ZoneOffset.of(text);
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
