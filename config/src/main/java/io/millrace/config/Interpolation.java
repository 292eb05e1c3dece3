package io.millrace.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Replaces {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:path}} in values; a doubled dollar sign stands for one. */
final class Interpolation {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String FILE = "file:";

    private final Environment environment;
    private final List<Problem> problems;

    Interpolation(Environment environment, List<Problem> problems) {
        this.environment = environment;
        this.problems = problems;
    }

    static boolean concerns(String value) {
        return value.contains("${");
    }

    /** The text with every reference replaced, each character of a replacement standing where its reference starts; null if one failed. */
    @Nullable
    ScalarText apply(ScalarText raw) {
        String value = raw.value();
        Output out = new Output(value.length());
        boolean failed = false;
        int i = 0;
        while (i < value.length()) {
            if (value.startsWith("$${", i)) {
                out.add("${", raw.offset(i));
                i += 3;
            } else if (value.startsWith("${", i)) {
                int close = value.indexOf('}', i);
                if (close < 0) {
                    problem(raw, i, value.length(), "'${' without its '}'", "write $${ if no variable is meant");
                    return null;
                }
                String replacement = resolve(raw, i, close, out);
                failed |= replacement == null;
                out.add(replacement == null ? "" : replacement, raw.offset(i));
                i = close + 1;
            } else {
                out.add(value.substring(i, i + 1), raw.offset(i));
                i++;
            }
        }
        return failed ? null : out.finish(raw);
    }

    private @Nullable String resolve(ScalarText raw, int open, int close, Output out) {
        String reference = raw.value().substring(open + 2, close);
        if (reference.startsWith(FILE)) {
            out.secret = true;
            return file(raw, open, close, reference.substring(FILE.length()));
        }
        int separator = reference.indexOf(":-");
        String name = separator < 0 ? reference : reference.substring(0, separator);
        if (!NAME.matcher(name).matches()) {
            problem(raw, open, close + 1, "'${" + reference + "}' names no variable", "write $${ if none is meant");
            return null;
        }
        String value = environment.variable(name);
        if (separator >= 0 && (value == null || value.isEmpty())) {
            return fallback(raw, open, close, reference.substring(separator + 2));
        }
        if (value == null) {
            String hint = "set it, or give a default: ${" + name + ":-…}";
            problem(raw, open, close + 1, "the environment variable '" + name + "' is not set", hint);
        }
        return value;
    }

    private @Nullable String fallback(ScalarText raw, int open, int close, String value) {
        if (concerns(value)) {
            problem(raw, open, close + 1, "a default cannot hold another '${'", "give it as plain text");
            return null;
        }
        return value;
    }

    private @Nullable String file(ScalarText raw, int open, int close, String path) {
        try {
            return environment.file(Path.of(path)).replaceFirst("\\R\\z", "");
        } catch (NoSuchFileException e) {
            problem(raw, open, close + 1, "there is no file '" + path + "'", null);
        } catch (IOException | InvalidPathException e) {
            problem(raw, open, close + 1, "the file '" + path + "' cannot be read: " + e.getMessage(), null);
        }
        return null;
    }

    private void problem(ScalarText raw, int start, int end, String message, @Nullable String hint) {
        Span span = new Span(raw.span().source(), raw.offset(start), Math.max(raw.offset(start) + 1, raw.offset(end)));
        problems.add(Problem.error(span.at(), span.length(), message, hint));
    }

    private static final class Output {
        private final StringBuilder value = new StringBuilder();
        private int[] offsets;
        private boolean secret;

        Output(int capacity) {
            this.offsets = new int[capacity + 16];
        }

        void add(String text, int offset) {
            int start = value.length();
            value.append(text);
            if (value.length() >= offsets.length) {
                offsets = Arrays.copyOf(offsets, value.length() * 2);
            }
            Arrays.fill(offsets, start, value.length(), offset);
        }

        ScalarText finish(ScalarText raw) {
            offsets[value.length()] = raw.offset(raw.value().length());
            return new ScalarText(
                    value.toString(), raw.span(), Arrays.copyOf(offsets, value.length() + 1), secret || raw.secret());
        }
    }
}
