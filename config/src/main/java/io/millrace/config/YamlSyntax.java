package io.millrace.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Says in the words of a job's author what the YAML parser could not read; none of the parser's own words get through. */
final class YamlSyntax {
    private static final String QUOTE_IT = "put the whole value in quotes";
    private static final String CHECK_INDENT =
            "keys of one mapping, and the items of one list, start in the same column";
    private static final Pattern VALUE_BEFORE = Pattern.compile("^[\\s-]*[^\\s:]+:\\s+\\S.*");

    private final SourceText source;
    private final String problem;
    private final String context;
    private final int at;
    private final int contextAt;

    private YamlSyntax(SourceText source, MarkedYamlEngineException error) {
        this.source = source;
        this.problem = nonNull(error.getProblem());
        this.context = nonNull(error.getContext());
        this.at = error.getProblemMark().map(mark -> offset(source, mark)).orElse(0);
        this.contextAt =
                error.getContextMark().map(mark -> offset(source, mark)).orElse(at);
    }

    static Problem explain(YamlEngineException error, SourceText source) {
        if (error instanceof ReaderException unreadable) {
            int offset = source.offset(unreadable.getPosition());
            String name = String.format("U+%04X", unreadable.getCodePoint());
            return problem(source, offset, 1, "the control character " + name, "remove it");
        }
        if (error instanceof MarkedYamlEngineException marked) {
            return new YamlSyntax(source, marked).explain();
        }
        return problem(source, 0, 1, "this is not YAML", null);
    }

    private Problem explain() {
        char c = charAt(at);
        if (c == '\t' || hasTabInIndent()) {
            int tab = c == '\t' ? at : source.lineStart(at) + indent().indexOf('\t');
            return problem(source, tab, 1, "a tab; YAML is indented with spaces only", "replace it by spaces");
        }
        if (endsAfterQuote()) {
            return here(
                    "the value ended at the quote before this",
                    "an expression that starts with a quote needs quotes around all of it");
        }
        if (problem.contains("cannot start any token") || context.contains("directive")) {
            return here("a value cannot start with '" + c + "'", QUOTE_IT);
        }
        if (context.contains("flow mapping") || context.contains("flow sequence")) {
            return inBrackets(c);
        }
        if (context.contains("quoted scalar")) {
            return inQuotes(c);
        }
        if (context.contains("block scalar")) {
            String starts = charAt(contextAt) == '>' ? ">" : "|";
            return there("a value that starts with '" + starts + "' is a block of text on the lines below", QUOTE_IT);
        }
        if (context.contains("anchor") || context.contains("alias") || context.contains("tag")) {
            return there("a value cannot start with '" + charAt(contextAt) + "'", QUOTE_IT);
        }
        return inLines();
    }

    private Problem inBrackets(char c) {
        boolean list = context.contains("sequence");
        if (c == '{' && at > 0 && charAt(at - 1) == '$') {
            int close = Math.max(at + 1, source.text().indexOf('}', at) + 1);
            String variable = source.text().substring(at - 1, Math.min(close, source.lineEnd(at)));
            return problem(
                    source,
                    at - 1,
                    variable.length(),
                    "a variable inside " + (list ? "[ ]" : "{ }") + " needs quotes",
                    "write \"" + variable + "\"");
        }
        if (at >= source.text().length() || isNeverClosed()) {
            return there("'" + charAt(contextAt) + "' is never closed", list ? "add a ]" : "add a }");
        }
        return here(
                "',' or '" + (list ? "]" : "}") + "' was expected here",
                "a value with special characters needs quotes");
    }

    /** Counts brackets without regard to quotes: a guess, but only of words. */
    private boolean isNeverClosed() {
        int depth = 0;
        for (int i = contextAt; i < source.text().length(); i++) {
            char c = charAt(i);
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            if (depth == 0) {
                return false;
            }
        }
        return true;
    }

    private Problem inQuotes(char c) {
        if (problem.contains("escape")) {
            return here(
                    "'\\" + c + "' means nothing in double quotes",
                    "double the backslash, or use single quotes, which have no escapes");
        }
        String before = source.text().substring(source.lineStart(contextAt), contextAt);
        boolean cut = before.stripTrailing().endsWith(",") && Expressions.isOpen(before.replaceAll("[()]", ""));
        return cut
                ? there("inside { } and [ ] a comma ends the value, so this quote opens another", QUOTE_IT)
                : there("this quote is never closed", "add the closing quote");
    }

    private Problem inLines() {
        if (problem.contains("mapping values are not allowed")) {
            String before = source.text().substring(source.lineStart(at), at);
            return VALUE_BEFORE.matcher(before).matches()
                    ? here("a ': ' inside a value needs quotes", QUOTE_IT)
                    : here("this line is indented too far to be a key", CHECK_INDENT);
        }
        if (problem.contains("sequence entries are not allowed")) {
            return here("a list cannot start here", "start it on a line of its own");
        }
        if (problem.contains("could not find expected ':'")) {
            return there("this line is neither 'key: value' nor an item '- …'", "is a colon missing, or indentation?");
        }
        char before = charBefore();
        if (!startsLine() && (before == ']' || before == '}')) {
            return here("the value ended at the '" + before + "' before this", QUOTE_IT);
        }
        if (problem.contains("expected <block end>")) {
            return startsLine()
                    ? here("the indentation of this line fits nothing above it", CHECK_INDENT)
                    : here("nothing more was expected in this line", "a value with special characters needs quotes");
        }
        if (problem.contains("node content")) {
            return here("a value was expected here", "a value with special characters needs quotes");
        }
        return here("this is not YAML from here on", "a value with special characters needs quotes");
    }

    /** {@code 'a' = b}: to YAML the value ends at the second quote. */
    private boolean endsAfterQuote() {
        char before = charBefore();
        boolean endsHere = !context.contains("quoted") && !problem.contains("could not find");
        return endsHere && !startsLine() && (before == '\'' || before == '"');
    }

    private char charBefore() {
        int before = at - 1;
        while (charAt(before) == ' ' && before > 0) {
            before--;
        }
        return charAt(before);
    }

    private boolean startsLine() {
        return source.text().substring(source.lineStart(at), at).isBlank();
    }

    private String indent() {
        String line = source.text().substring(source.lineStart(at), source.lineEnd(at));
        return line.substring(0, line.length() - line.stripLeading().length());
    }

    private boolean hasTabInIndent() {
        return indent().indexOf('\t') >= 0;
    }

    private Problem here(String message, String hint) {
        return problem(source, at, 1, message, hint);
    }

    private Problem there(String message, String hint) {
        return problem(source, contextAt, 1, message, hint);
    }

    private char charAt(int offset) {
        return offset >= 0 && offset < source.text().length() ? source.text().charAt(offset) : ' ';
    }

    private static Problem problem(SourceText source, int offset, int length, String message, @Nullable String hint) {
        return Problem.error(source.position(offset), length, message, hint);
    }

    private static int offset(SourceText source, Mark mark) {
        return source.offset(mark.getIndex());
    }

    private static String nonNull(@Nullable String text) {
        return text == null ? "" : text;
    }
}
