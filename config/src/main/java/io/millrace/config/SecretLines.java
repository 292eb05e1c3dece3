package io.millrace.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lines of a job file as they may be shown: without the secrets that are written in its {@code kafka} section. */
final class SecretLines {
    private static final Pattern KEY = Pattern.compile("([A-Za-z_][A-Za-z0-9_.-]*)[\"']?\\s*:(?=\\s|$|[\"'])");

    private SecretLines() {}

    /** The line, counted from 1, with everything behind a key that looks secret left out; null if there is no such line. */
    static @Nullable String shown(SourceText source, int number) {
        String line = source.line(number);
        if (line == null || !isInKafka(source, number)) {
            return line;
        }
        if (continuesSecret(source, number, indent(line))) {
            return line.substring(0, indent(line)) + Secrets.HIDDEN;
        }
        int cut = secretValue(line);
        return cut < 0 ? line : line.substring(0, cut) + " " + Secrets.HIDDEN;
    }

    static boolean hides(SourceText source, int number) {
        String line = source.line(number);
        return line != null && !line.equals(shown(source, number));
    }

    // The section is told by its lines, not by the tree: a file that is no YAML is shown too.
    private static boolean isInKafka(SourceText source, int number) {
        int indent = Integer.MAX_VALUE;
        for (int i = number; i >= 1 && indent > 0; i--) {
            String line = source.line(i);
            if (line != null && !line.isBlank() && indent(line) < indent) {
                if (line.contains("kafka")) {
                    return true;
                }
                indent = indent(line);
            }
        }
        return false;
    }

    private static boolean continuesSecret(SourceText source, int number, int indent) {
        for (int i = number - 1; i >= 1; i--) {
            String line = source.line(i);
            if (line != null && !line.isBlank() && indent(line) < indent) {
                if (secretValue(line) >= 0) {
                    return true;
                }
                indent = indent(line);
            }
        }
        return false;
    }

    /** Where the value of the first secret key of this line starts, or -1. */
    private static int secretValue(String line) {
        Matcher keys = KEY.matcher(line);
        while (keys.find()) {
            if (Secrets.looksSecret(keys.group(1))) {
                return keys.end();
            }
        }
        return -1;
    }

    private static int indent(String line) {
        int indent = 0;
        while (indent < line.length() && (line.charAt(indent) == ' ' || line.charAt(indent) == '\t')) {
            indent++;
        }
        return indent;
    }
}
