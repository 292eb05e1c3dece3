package io.millrace.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sizes as a job writes them: {@code 64KB}, {@code 256MB}, {@code 2GB}, in powers of 1024. */
final class Sizes {
    static final String PATTERN = "[0-9]{1,6}(KB|MB|GB)";

    private static final Pattern WRITTEN = Pattern.compile(PATTERN);
    private static final Pattern LOOSE = Pattern.compile("(\\d{1,12})\\s*([kmg]?)i?b?");
    private static final long KB = 1024;

    private Sizes() {}

    /** Null if the text is no size. */
    static @Nullable Long parse(String text) {
        if (!WRITTEN.matcher(text).matches()) {
            return null;
        }
        long count = Long.parseLong(text.substring(0, text.length() - 2));
        return switch (text.charAt(text.length() - 2)) {
            case 'K' -> count * KB;
            case 'M' -> count * KB * KB;
            default -> count * KB * KB * KB;
        };
    }

    static String write(long sizeBytes) {
        if (sizeBytes % (KB * KB * KB) == 0) {
            return sizeBytes / (KB * KB * KB) + "GB";
        }
        return sizeBytes % (KB * KB) == 0 ? sizeBytes / (KB * KB) + "MB" : sizeBytes / KB + "KB";
    }

    /** What was probably meant by something that is no size, or null; a bare number below a million counts megabytes. */
    static @Nullable String meant(String text) {
        Matcher loose = LOOSE.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!loose.matches()) {
            return null;
        }
        long count = Long.parseLong(loose.group(1));
        String unit = loose.group(2);
        if (!unit.isEmpty()) {
            return count + unit.toUpperCase(Locale.ROOT) + "B";
        }
        return count < 1_000_000 ? count + "MB" : Math.max(1, count / KB / KB) + "MB";
    }
}
