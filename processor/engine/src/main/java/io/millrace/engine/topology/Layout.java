package io.millrace.engine.topology;

import io.millrace.serde.DataType;
import io.millrace.serde.DataTypes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the bytes of a store or of an exchange mean: everything about a step that its old state, or rows that are still on their way, would be
 * misread without. It is recorded in Kafka beside them, so that a job that was changed in the meantime finds out.
 *
 * @param form what wrote the bytes, and the version of its encoding
 * @param parts what else their meaning depends on, by name, in the order in which it is told
 */
public record Layout(String form, Map<String, String> parts) {
    /** The part that is the ROW that whole rows are kept as. It may grow: nullable columns at its end read as NULL in older rows. */
    public static final String ROWS = "rows";

    /** The part that says for how many milliseconds what is late is still taken. It may shrink: what it would need to grow has been removed. */
    public static final String LATENESS_MS = "lateness ms";

    private static final String FORM = "form";
    private static final String BETWEEN = ": ";

    public Layout {
        parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
        if (form.isEmpty() || parts.containsKey(FORM)) {
            throw new IllegalArgumentException("a layout needs a form, and one only");
        }
        for (String name : parts.keySet()) {
            if (name.isEmpty() || name.contains(BETWEEN) || name.contains("\n")) {
                throw new IllegalArgumentException("a part of a layout cannot be called \"" + name + "\"");
            }
        }
    }

    /** One line for each part, {@code name: value}; equal layouts have equal texts. */
    public String text() {
        StringBuilder text = new StringBuilder(escaped(form));
        parts.forEach(
                (name, value) -> text.append('\n').append(name).append(BETWEEN).append(escaped(value)));
        return text.toString();
    }

    /** @throws IllegalArgumentException if it is not the {@link #text()} of a layout */
    public static Layout parse(String text) {
        String[] lines = text.split("\n", -1);
        Map<String, String> parts = new LinkedHashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int at = lines[i].indexOf(BETWEEN);
            if (at < 0) {
                throw new IllegalArgumentException("line " + (i + 1) + " of a layout has no \"" + BETWEEN + "\"");
            }
            parts.put(lines[i].substring(0, at), plain(lines[i].substring(at + BETWEEN.length())));
        }
        return new Layout(plain(lines[0]), parts);
    }

    /** Why bytes of {@code before} would be misread as bytes of this layout, one reason for each part; empty if they would not. */
    public List<String> misfits(Layout before) {
        if (!form.equals(before.form)) {
            return List.of(changed(FORM, before.form, form));
        }
        List<String> misfits = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>(before.parts.keySet());
        names.addAll(parts.keySet());
        for (String name : names) {
            String was = before.parts.get(name);
            String is = parts.get(name);
            if (was == null || is == null || !reads(name, was, is)) {
                misfits.add(changed(name, was == null ? "not there" : was, is == null ? "not there" : is));
            }
        }
        return misfits;
    }

    private static boolean reads(String name, String was, String is) {
        if (was.equals(is)) {
            return true;
        }
        try {
            return switch (name) {
                case ROWS -> DataType.reads(DataTypes.parse(was), DataTypes.parse(is));
                case LATENESS_MS -> Long.parseLong(is) <= Long.parseLong(was);
                default -> false;
            };
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String changed(String name, String was, String is) {
        return name + " was " + was + ", and is " + is;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String plain(String escaped) {
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '\\' && i + 1 < escaped.length()) {
                i++;
                value.append(escaped.charAt(i) == 'n' ? '\n' : escaped.charAt(i));
            } else {
                value.append(c);
            }
        }
        return value.toString();
    }
}
