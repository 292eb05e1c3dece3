package io.millrace.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Writes into a file of tests what they expect. The rest of the file stays as it is, to the character. */
public final class TestUpdate {
    /** What YAML, and a list or mapping in one line around it, takes for the text that it is. */
    private static final Pattern PLAIN = Pattern.compile("[$A-Za-z0-9_/.+-][A-Za-z0-9_/.+-]*(:[A-Za-z0-9_/.+-]+)*");

    private final TestCase.Place place;
    private final String entry;

    private TestUpdate(TestCase.Place place, String entry) {
        this.place = place;
        this.entry = entry;
    }

    /**
     * @param rows sink to its rows, each a mapping in braces made with {@link #word}
     */
    public static TestUpdate of(TestCase test, Map<String, List<String>> rows) {
        TestCase.Place place = test.place();
        return new TestUpdate(place, place.flow() ? inBraces(rows) : inLines(rows, place.indent()));
    }

    /** The file with these updates of different tests of it. */
    public static String apply(String text, List<TestUpdate> updates) {
        String mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
        StringBuilder out = new StringBuilder(text.substring(mark.length()));
        List<TestUpdate> fromTheEnd = new ArrayList<>(updates);
        fromTheEnd.sort(Comparator.comparingInt(update -> -update.place.start()));
        for (TestUpdate update : fromTheEnd) {
            out.replace(update.place.start(), update.place.end(), update.added());
        }
        return mark + out;
    }

    private String added() {
        if (place.end() > place.start()) {
            return entry;
        }
        return place.flow() ? ", " + entry : "\n" + " ".repeat(place.indent()) + entry;
    }

    /** A text as a value or key in braces: quoted where it would be read as something else. */
    public static String word(String text) {
        boolean plain = PLAIN.matcher(text).matches()
                && !text.equals("-")
                && !text.startsWith("---")
                && !text.equalsIgnoreCase("null");
        return plain ? text : quoted(text);
    }

    private static String quoted(String text) {
        // A dollar and a brace would be read as a variable.
        return Json.write(text.replace("${", "$${")).strip();
    }

    private static String inLines(Map<String, List<String>> rows, int indent) {
        String sinkMargin = "\n" + " ".repeat(indent + 2);
        String rowMargin = sinkMargin + "  - ";
        StringBuilder out = new StringBuilder("expect:");
        rows.forEach((sink, list) -> {
            out.append(sinkMargin).append(word(sink)).append(list.isEmpty() ? ": []" : ":");
            list.forEach(row -> out.append(rowMargin).append(row));
        });
        return out.append(rows.isEmpty() ? " {}" : "").toString();
    }

    private static String inBraces(Map<String, List<String>> rows) {
        List<String> sinks = new ArrayList<>();
        rows.forEach((sink, list) -> sinks.add(word(sink) + ": [" + String.join(", ", list) + "]"));
        return "expect: {" + String.join(", ", sinks) + "}";
    }
}
