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
    private static final Pattern NO_MATCH = Pattern.compile("No match found for function signature ([^(]+)\\((.*)\\)");
    private static final Pattern CANNOT_APPLY =
            Pattern.compile("Cannot apply '([^']+)' to arguments of type '(.*?)'\\. Supported form.*", Pattern.DOTALL);
    private static final Pattern ARGUMENT_COUNT =
            Pattern.compile("Invalid number of arguments to function '([^']+)'\\. Was expecting (.*)");
    private static final Pattern CAST = Pattern.compile("Cast function cannot convert value of type (.*) to type (.*)");
    private static final Pattern CANNOT_INFER =
            Pattern.compile("Cannot infer return type for ([^;]+); operand types: \\[(.*)\\]");
    private static final Pattern GROUP_WINDOW =
            Pattern.compile("Group function '\\$?([^']+)' can only appear in GROUP BY clause");
    private static final Pattern NOT_GROUPED = Pattern.compile("Expression '(.*)' is not being grouped");
    private static final Pattern UNKNOWN_TYPE = Pattern.compile("Unknown identifier '(.*)'");
    private static final Pattern ILLEGAL_LITERAL =
            Pattern.compile("Illegal (\\w+) literal (.*?): (.*)", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("<([^<>]+)>");

    private ExpressionProblems() {}

    static Problem of(Text text, SyntaxException e) {
        return Problem.error(text.at(e.index()), e.length(), e.message(), e.hint());
    }

    static Problem of(ExpressionText text, SqlParseException e) {
        if (e.getCause() instanceof CalciteContextException inner) {
            return of(text, inner);
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
        if (found != null && wasExpected(found, e)) {
            int next = tokens.indexOf(found) + 1;
            found = next < tokens.size() ? tokens.get(next) : null;
        }
        if (found == null) {
            Token last = tokens.get(tokens.size() - 1);
            return Problem.error(
                    text.text().at(last.start()),
                    last.text().length(),
                    "the expression ends too early: " + expected(e, text) + " after '" + last.text() + "'",
                    null);
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
        int end = text.index(e.getEndPosLine(), Math.max(1, e.getEndPosColumn()));
        boolean nowhere = e.getPosLine() == 0;
        Position at = nowhere ? text.text().at() : text.text().at(start);
        int length = nowhere ? text.text().length() : Math.max(1, end + 1 - start);
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
        Matcher literal = ILLEGAL_LITERAL.matcher(message);
        if (literal.matches()) {
            return Problem.error(
                    at,
                    length,
                    literal.group(2) + " is no " + literal.group(1).toLowerCase(Locale.ROOT),
                    "write DATE '2026-01-31', TIME '13:59:00' or TIMESTAMP '2026-01-31 13:59:00'");
        }
        String hint = null;
        String ours = plain(message);
        Matcher apply = CANNOT_APPLY.matcher(message);
        Matcher count = ARGUMENT_COUNT.matcher(message);
        Matcher match = NO_MATCH.matcher(message);
        Matcher cast = CAST.matcher(message);
        Matcher infer = CANNOT_INFER.matcher(message);
        Matcher window = GROUP_WINDOW.matcher(message);
        Matcher grouped = NOT_GROUPED.matcher(message);
        if (apply.matches()) {
            String types = types(apply.group(2));
            boolean function = types.contains("(");
            ours = (function ? "" : "'") + apply.group(1) + (function ? "" : "'") + " cannot take "
                    + arguments(apply.group(1), types);
            hint = "convert with CAST(... AS ...)";
        } else if (count.matches()) {
            ours = count.group(1) + " takes " + count.group(2);
        } else if (match.matches()) {
            ours = match.group(1) + " cannot take (" + types(match.group(2)) + ")";
        } else if (infer.matches()) {
            ours = infer.group(1) + " cannot take (" + bareTypes(infer.group(2)) + ")";
            hint = "convert with CAST(... AS ...)";
        } else if (window.matches()) {
            ours = window.group(1) + " has no place here";
            hint = "give an 'aggregate' step a window";
        } else if (cast.matches()) {
            ours = typeName(cast.group(1)) + " cannot be cast to " + typeName(cast.group(2));
        } else if (grouped.matches()) {
            ours = "'" + name(grouped.group(1)) + "' is neither in 'by' nor inside an aggregate function";
            hint = "add it to 'by', or take its MIN or MAX";
        } else if (message.startsWith("Illegal mixing of types in CASE")) {
            ours = "the results of CASE or COALESCE must be of one type";
            hint = "convert with CAST(... AS ...)";
        } else if (message.startsWith("Values passed to IN operator")) {
            ours = "the values of IN must be of the type of its left side";
            hint = "convert with CAST(... AS ...)";
        }
        return Problem.error(at, length, ours, hint);
    }

    /** In Calcite's words, for {@link #of(ExpressionText, CalciteContextException)}. */
    static String cannotApply(String operator, String types) {
        return "Cannot apply '" + operator + "' to arguments of type '" + types + "'. Supported form(s): none";
    }

    static Problem nullAlone(Position at, int length) {
        return Problem.error(at, length, "NULL alone has no type", "give it one: CAST(NULL AS STRING)");
    }

    static Problem noColumn(ExpressionText text, String name, Position at, int length) {
        return noColumn(text.stream(), text.columns(), name, at, length);
    }

    static Problem noColumn(String stream, RowType columns, String name, Position at, int length) {
        String bare = name(name);
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
            return "expected an operator or the end";
        }
        if (expected.isEmpty() || expected.size() > 4) {
            return text.quoted().tokens().isEmpty() ? "expected an expression" : "expected something else";
        }
        return "expected " + expected.stream().map(t -> t.replace("\"", "'")).collect(Collectors.joining(" or "));
    }

    /** {@code <VARCHAR> + <INTEGER>} with our names of types. */
    private static String types(String signature) {
        Matcher matcher = TYPE.matcher(signature);
        StringBuilder out = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(out, Matcher.quoteReplacement(typeName(matcher.group(1))));
        }
        return matcher.appendTail(out).toString();
    }

    /** {@code VARCHAR, DECIMAL(10, 2)} with our names of types. */
    private static String bareTypes(String types) {
        return Pattern.compile(", (?![^(]*\\))")
                .splitAsStream(types)
                .map(ExpressionProblems::typeName)
                .collect(Collectors.joining(", "));
    }

    private static String arguments(String operator, String types) {
        String bracket = operator + "(";
        return types.startsWith(bracket) ? types.substring(operator.length()) : types;
    }

    private static String typeName(String calcite) {
        String bare = calcite.replace(" NOT NULL", "").trim();
        String head = bare.contains("(") ? bare.substring(0, bare.indexOf('(')) : bare;
        return switch (head) {
            case "VARCHAR", "CHAR", "CHARACTER" -> "STRING";
            case "VARBINARY", "BINARY" -> "BYTES";
            case "INTEGER" -> "INT";
            case "REAL" -> "FLOAT";
            case "TIMESTAMP", "TIME" -> head;
            case "TIMESTAMP_WITH_LOCAL_TIME_ZONE" -> "TIMESTAMP_LTZ";
            default -> bare;
        };
    }

    /** The last part of a qualified name. */
    private static String name(String qualified) {
        return qualified.substring(qualified.lastIndexOf('.') + 1);
    }

    /** The first sentence of a message that has no wording of ours. */
    private static String plain(String message) {
        String line = message.lines().findFirst().orElse("this is not valid");
        int sentence = line.indexOf(". ");
        String first = sentence > 0 ? line.substring(0, sentence) : line;
        return types(first.isEmpty() ? first : Character.toLowerCase(first.charAt(0)) + first.substring(1));
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    private static String shortened(String token) {
        return token.length() <= 30 ? token : token.substring(0, 29) + "…";
    }
}
