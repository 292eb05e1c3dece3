package io.millrace.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows problems to people and to programs; neither shows a secret. */
public final class Problems {
    /** The most problems that are shown to people; who has more mends these first. */
    private static final int SHOWN_PROBLEMS = 100;

    private static final int SHOWN_CHARACTERS = 160;

    /** What {@link Text#of} says where it stands. */
    private static final String NO_FILE = Text.of("").at().file();

    private Problems() {}

    /** By position, errors before warnings at one place; equal problems once. */
    public static List<Problem> sorted(List<Problem> problems) {
        return problems.stream()
                .distinct()
                .sorted(Comparator.comparing(Problem::at).thenComparing(Problem::severity))
                .toList();
    }

    /**
     * For people: each problem with its line of the file, a caret and its hint. Every line ends with a line break. Of more than
     * a hundred problems the first hundred are shown.
     *
     * @param sourceText the file that the problems are in; a problem that stands in no line of it is shown without
     */
    public static String render(List<Problem> problems, String sourceText) {
        SourceText source = new SourceText("", sourceText);
        List<Problem> shown = sorted(problems);
        int hidden = Math.max(0, shown.size() - SHOWN_PROBLEMS);
        shown = shown.subList(0, shown.size() - hidden);
        int width = 2;
        for (Problem problem : shown) {
            width = Math.max(width, String.valueOf(problem.at().line()).length());
        }
        StringBuilder out = new StringBuilder();
        for (Problem problem : shown) {
            render(problem, source, " ".repeat(width), out);
        }
        if (hidden > 0) {
            out.append("and ").append(hidden).append(" more\n");
        }
        return out.toString();
    }

    /** For programs: one JSON array of objects with file, line, column, length, severity, message, hint (or null) and notes. */
    public static String renderJson(List<Problem> problems) {
        List<Object> array = new ArrayList<>();
        for (Problem problem : sorted(problems)) {
            Map<String, @Nullable Object> object = new LinkedHashMap<>();
            object.put("file", problem.at().file());
            object.put("line", problem.at().line());
            object.put("column", problem.at().column());
            object.put("length", problem.length());
            object.put("severity", severity(problem));
            object.put("message", problem.message());
            object.put("hint", problem.hint());
            object.put("notes", problem.notes());
            array.add(object);
        }
        return Json.write(array);
    }

    private static void render(Problem problem, SourceText source, String blank, StringBuilder out) {
        out.append(problem.at()).append(": ").append(severity(problem)).append(": ");
        out.append(problem.message()).append('\n');
        int number = problem.at().line();
        boolean inFile = !problem.at().file().equals(NO_FILE);
        String line = inFile ? SecretLines.shown(source, number) : null;
        String hint = problem.hint();
        if (line != null) {
            String digits = String.valueOf(number);
            out.append(' ').append(blank.substring(digits.length())).append(digits);
            out.append(line.isEmpty() ? " |" : " | ");
            caret(problem, line.replace('\t', ' '), " " + blank + " | ", out);
        } else if (hint != null) {
            out.append(' ').append(blank).append(" = ").append(hint).append('\n');
        }
        for (String note : problem.notes()) {
            out.append(' ').append(blank).append(" = ").append(note).append('\n');
        }
    }

    private static void caret(Problem problem, String line, String margin, StringBuilder out) {
        int[] characters = line.codePoints().toArray();
        int column = Math.min(problem.at().column() - 1, characters.length);
        int length = Math.max(1, Math.min(problem.length(), characters.length - column));
        int from = 0;
        String before = "";
        if (column + length > SHOWN_CHARACTERS) {
            from = Math.max(0, column - SHOWN_CHARACTERS / 2);
            before = "… ";
        }
        int to = Math.min(characters.length, from + SHOWN_CHARACTERS);
        out.append(before).append(new String(characters, from, to - from));
        out.append(to < characters.length ? " …\n" : "\n");
        out.append(margin).append(" ".repeat(before.length() + column - from));
        out.append("^".repeat(Math.max(1, Math.min(length, SHOWN_CHARACTERS / 2))));
        String hint = problem.hint();
        out.append(hint == null ? "" : " " + hint).append('\n');
    }

    private static String severity(Problem problem) {
        return problem.severity().name().toLowerCase(Locale.ROOT);
    }
}
