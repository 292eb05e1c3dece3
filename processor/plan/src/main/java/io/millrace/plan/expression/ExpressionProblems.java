package io.millrace.plan.expression;

import io.millrace.config.DidYouMean;
import io.millrace.config.Position;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.plan.expression.Tokens.Token;
import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Says what is wrong with an expression in our words, where Calcite has found it. */
final class ExpressionProblems {
    private static final int SHOWN_COLUMNS_CHARACTERS = 400;
    private static final Set<String> QUERIES = Set.of("SELECT", "WITH", "FROM", "INSERT");

    private static final List<String> TYPES = List.of(
            "BOOLEAN",
            "TINYINT",
            "SMALLINT",
            "INT",
            "BIGINT",
            "FLOAT",
            "DOUBLE",
            "DECIMAL",
            "STRING",
            "BYTES",
            "DATE",
            "TIME",
            "TIMESTAMP",
            "TIMESTAMP_LTZ",
            "ARRAY",
            "MAP",
            "ROW");

    private static final Pattern NO_COLUMN = Pattern.compile("(?:Column|Table) '([^']+)' not found.*");
    private static final Pattern UNKNOWN_TYPE = Pattern.compile("Unknown identifier '(.*)'");

    private ExpressionProblems() {}

    static Problem of(Text text, SyntaxException e) {
        return Problem.error(text.at(e.index()), e.length(), e.message(), e.hint());
    }

    static Problem of(ExpressionText text, SqlParseException e) {
        if (e.getCause() instanceof CalciteContextException inner) {
            return of(text, inner);
        }
        if (e.getCause() instanceof StackOverflowError) {
            return tooDeep(text.text());
        }
        SqlParserPos position = e.getPos();
        boolean unknown = position == null || position.getLineNum() == 0;
        int index = unknown ? 0 : text.index(position.getLineNum(), position.getColumnNum());
        Token found = text.quoted().tokenAt(index);
        List<Token> tokens = text.quoted().tokens();
        if (tokens.isEmpty()) {
            return Problem.error(text.text().at(), text.text().length(), "an expression is missing", null);
        }
        if (QUERIES.contains(upper(tokens.get(0).text()))) {
            return Problem.error(
                    text.text().at(), tokens.get(0).text().length(), "a query has no place in an expression", null);
        }
        if (atEnd(e)) {
            found = null;
        } else if (found != null && wasExpected(found, e)) {
            int next = tokens.indexOf(found) + 1;
            found = next < tokens.size() ? tokens.get(next) : null;
        }
        if (found == null) {
            Token last = tokens.get(tokens.size() - 1);
            return Problem.error(
                    text.text().at(last.start()),
                    last.text().length(),
                    "the expression ends too early: " + expected(e, text) + " after '" + last.text() + "'",
                    tokens.stream().anyMatch(token -> token.is("CASE")) ? "a CASE ends with END" : null);
        }
        Position at = text.text().at(found.start());
        boolean operator = QuotedText.BEFORE_OPERAND.contains(upper(found.text()));
        if (found.kind() == Tokens.Kind.WORD && !operator && text.quoted().isOperand(found)) {
            return noColumn(text, found.text(), at, found.text().length());
        }
        if (found.is(")")) {
            return Problem.error(at, 1, "something is missing before ')'", null);
        }
        return Problem.error(
                at, found.text().length(), expected(e, text) + ", found '" + shortened(found.text()) + "'", null);
    }

    static Problem of(ExpressionText text, CalciteContextException e) {
        int start = text.index(e.getPosLine(), Math.max(1, e.getPosColumn()));
        int end = text.end(e.getEndPosLine(), Math.max(1, e.getEndPosColumn()));
        boolean nowhere = e.getPosLine() == 0;
        Position at = nowhere ? text.text().at() : text.text().at(start);
        int length = nowhere ? text.text().length() : Math.max(1, end - start);
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String message = String.valueOf(cause.getMessage());

        Matcher column = NO_COLUMN.matcher(message);
        if (column.matches()) {
            return noColumn(text, column.group(1), at, length);
        }
        if (message.startsWith("Illegal use of 'NULL'")) {
            return nullAlone(at, length);
        }
        Matcher type = UNKNOWN_TYPE.matcher(message);
        if (type.matches()) {
            return Problem.error(at, length, "no type '" + type.group(1) + "'", DidYouMean.hint(type.group(1), TYPES));
        }
        CalciteMessages.Wording wording = CalciteMessages.reword(message);
        return Problem.error(at, length, wording.message(), wording.hint());
    }

    static Problem tooDeep(Text text) {
        return Problem.error(text.at(), text.length(), "this expression is nested too deeply", null);
    }

    static Problem nullAlone(Position at, int length) {
        return Problem.error(at, length, "NULL alone has no type", "give it one: CAST(NULL AS STRING)");
    }

    static Problem noColumn(ExpressionText text, String name, Position at, int length) {
        return noColumn(text.stream(), text.columns(), name, at, length);
    }

    static Problem noColumn(String stream, RowType columns, String name, Position at, int length) {
        String bare = CalciteMessages.lastName(name);
        String hint = DidYouMean.hint(bare, columns.names());
        return new Problem(
                Problem.Severity.ERROR,
                at,
                length,
                "no column '" + bare + "' in " + stream,
                hint,
                List.of(stream + " has: " + listed(columns)));
    }

    private static String listed(RowType columns) {
        StringBuilder list = new StringBuilder();
        int shown = 0;
        for (Column column : columns.columns()) {
            if (list.length() > SHOWN_COLUMNS_CHARACTERS) {
                return list + " and " + (columns.size() - shown) + " more";
            }
            list.append(shown == 0 ? "" : ", ")
                    .append(column.name())
                    .append(' ')
                    .append(column.type().sql());
            shown++;
        }
        return shown == 0 ? "no columns" : list.toString();
    }

    private static boolean atEnd(SqlParseException e) {
        return String.valueOf(e.getMessage()).startsWith("Encountered \"<EOF>\"");
    }

    /** Whether the parser wanted this token and did not like the one behind it: it tells by pairs of tokens then. */
    private static boolean wasExpected(Token found, SqlParseException e) {
        int[][] sequences = e.getExpectedTokenSequences();
        String[] images = e.getTokenImages();
        if (sequences == null || images == null) {
            return false;
        }
        String image = '"' + found.text() + '"';
        for (int[] sequence : sequences) {
            if (sequence.length > 1 && images[sequence[0]].equalsIgnoreCase(image)) {
                return true;
            }
        }
        return false;
    }

    private static String expected(SqlParseException e, ExpressionText text) {
        Collection<String> names = e.getExpectedTokenNames();
        List<String> expected = names == null ? List.of() : new ArrayList<>(names);
        boolean operand =
                expected.stream().anyMatch(t -> t.contains("UNSIGNED_INTEGER_LITERAL") || t.contains("QUOTED_STRING"));
        boolean operator = expected.stream().anyMatch(t -> t.equals("\"AND\""));
        if (operand && !operator) {
            return "expected an expression";
        }
        if (operator) {
            return atEnd(e) ? "expected more" : "expected an operator or the end";
        }
        if (expected.isEmpty() || expected.size() > 4) {
            return text.quoted().tokens().isEmpty() ? "expected an expression" : "expected something else";
        }
        return "expected " + expected.stream().map(t -> t.replace("\"", "'")).collect(Collectors.joining(" or "));
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    private static String shortened(String token) {
        return token.length() <= 30 ? token : token.substring(0, 29) + "…";
    }
}
