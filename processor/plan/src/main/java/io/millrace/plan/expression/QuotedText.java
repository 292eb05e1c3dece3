package io.millrace.plan.expression;

import io.millrace.plan.expression.Tokens.Kind;
import io.millrace.plan.expression.Tokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An expression with its columns quoted, so that a column may be called {@code value}, {@code user} or {@code date} although SQL has
 * other plans for these words. A word is taken for a column where an operand can stand and it is one of the stream's columns
 * (letter for letter), and not where a function, a literal ({@code DATE '2026-01-01'}) or a unit ({@code EXTRACT(day FROM ts)}) stands.
 */
final class QuotedText {
    /** After these words comes an operand. */
    static final Set<String> BEFORE_OPERAND = Set.of(
            "AND",
            "OR",
            "NOT",
            "WHEN",
            "THEN",
            "ELSE",
            "CASE",
            "BETWEEN",
            "LIKE",
            "ILIKE",
            "RLIKE",
            "ESCAPE",
            "IN",
            "FROM",
            "SYMMETRIC",
            "ASYMMETRIC",
            "DISTINCT",
            "ALL",
            "WHERE",
            "BY",
            "FOR",
            "USING",
            "PLACING",
            "LEADING",
            "TRAILING",
            "BOTH",
            "OF",
            "MEMBER",
            "VALUE");

    /** Words that are values or begin an operand even if there is a column of that name. */
    private static final Set<String> NEVER_COLUMNS =
            Set.of("NOT", "CASE", "NULL", "TRUE", "FALSE", "UNKNOWN", "EXISTS");

    /** Functions of SQL that tell who asks: nobody does here, so they can only be meant as columns. */
    private static final Set<String> SESSION = Set.of(
            "USER",
            "CURRENT_USER",
            "SESSION_USER",
            "SYSTEM_USER",
            "CURRENT_ROLE",
            "CURRENT_PATH",
            "CURRENT_CATALOG",
            "CURRENT_SCHEMA");

    private static final Set<String> UNIT_FIRST = Set.of("TIMESTAMPADD", "TIMESTAMPDIFF");

    private final String original;
    private final String sql;
    private final List<Token> tokens;
    /** Indexes of {@link #sql} that hold a character of ours, ascending. */
    private final List<Integer> added;

    private QuotedText(String original, String sql, List<Token> tokens, List<Integer> added) {
        this.original = original;
        this.sql = sql;
        this.tokens = tokens;
        this.added = added;
    }

    /** @throws SyntaxException as {@link Tokens#of} */
    static QuotedText of(String expression, String stream, Set<String> columns) {
        List<Token> tokens = Tokens.of(expression);
        StringBuilder sql = new StringBuilder();
        List<Integer> added = new ArrayList<>();
        int copied = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.kind() == Kind.WORD && isName(tokens, i, stream, columns)) {
                sql.append(expression, copied, token.start());
                String prefix = isRow(tokens, i, stream, columns) ? '`' + stream + "`." : "";
                add(prefix + '`', sql, added);
                sql.append(token.text());
                add("`", sql, added);
                copied = token.end();
            }
        }
        sql.append(expression, copied, expression.length());
        return new QuotedText(expression, sql.toString(), tokens, added);
    }

    String original() {
        return original;
    }

    /** What the parser reads. */
    String sql() {
        return sql;
    }

    List<Token> tokens() {
        return tokens;
    }

    /** The index in the original of a place that the parser reports; lines and columns count from 1. */
    int originalIndex(int line, int column) {
        return original(sqlIndex(line, column));
    }

    /** The index behind a stretch that ends, for the parser, with the character at this place. */
    int originalEnd(int line, int column) {
        int last = sqlIndex(line, column);
        while (last > 0 && added.contains(last)) {
            last--;
        }
        return Math.min(original(last) + 1, original.length());
    }

    private int sqlIndex(int line, int column) {
        int index = 0;
        for (int i = 1; i < line; i++) {
            int lineBreak = sql.indexOf('\n', index);
            index = lineBreak < 0 ? sql.length() : lineBreak + 1;
        }
        return Math.min(index + Math.max(0, column - 1), sql.length());
    }

    private int original(int index) {
        int shift = 0;
        for (int ours : added) {
            shift += ours < index ? 1 : 0;
        }
        return Math.min(index - shift, original.length());
    }

    /** The token that starts at this index of the original or holds it, or null. */
    @Nullable
    Token tokenAt(int originalIndex) {
        for (Token token : tokens) {
            if (token.start() <= originalIndex && originalIndex < token.end()) {
                return token;
            }
        }
        return null;
    }

    /** Whether the token stands where an operand can stand, and is neither a function nor part of a literal. */
    boolean isOperand(Token token) {
        return isOperand(tokens, tokens.indexOf(token));
    }

    private static void add(String text, StringBuilder sql, List<Integer> added) {
        for (int i = 0; i < text.length(); i++) {
            added.add(sql.length());
            sql.append(text.charAt(i));
        }
    }

    /** Whether it is a column of which a field is named: Calcite wants the stream's name before it. */
    private static boolean isRow(List<Token> tokens, int i, String stream, Set<String> columns) {
        String word = tokens.get(i).text();
        boolean starts = i == 0 || !tokens.get(i - 1).is(".");
        if (!starts || !columns.contains(word) || !followedBy(tokens, i, ".")) {
            return false;
        }
        boolean qualified = word.equals(stream)
                && i + 2 < tokens.size()
                && columns.contains(tokens.get(i + 2).text());
        return !qualified;
    }

    private static boolean isName(List<Token> tokens, int i, String stream, Set<String> columns) {
        String word = tokens.get(i).text();
        if (i > 0 && tokens.get(i - 1).is(".")) {
            return !followedBy(tokens, i, "(");
        }
        if (!isOperand(tokens, i)) {
            return false;
        }
        boolean qualifier = word.equals(stream) && followedBy(tokens, i, ".");
        return qualifier
                || SESSION.contains(upper(word))
                || (columns.contains(word) && !NEVER_COLUMNS.contains(upper(word)));
    }

    private static boolean isOperand(List<Token> tokens, int i) {
        if (followedBy(tokens, i, "(")
                || (i + 1 < tokens.size() && tokens.get(i + 1).kind() == Kind.STRING)) {
            return false;
        }
        if (i == 0) {
            return true;
        }
        Token before = tokens.get(i - 1);
        return switch (before.kind()) {
            case STRING, NUMBER, QUOTED -> false;
            case SYMBOL -> !before.is(")") && !before.is("]") && !isUnit(tokens, i);
            case WORD ->
                BEFORE_OPERAND.contains(upper(before.text()))
                        || (before.is("TO") && i > 1 && tokens.get(i - 2).is("SIMILAR"));
        };
    }

    private static boolean isUnit(List<Token> tokens, int i) {
        if (i < 2 || !tokens.get(i - 1).is("(")) {
            return false;
        }
        Token function = tokens.get(i - 2);
        return (function.is("EXTRACT") && followedBy(tokens, i, "FROM")) || UNIT_FIRST.contains(upper(function.text()));
    }

    private static boolean followedBy(List<Token> tokens, int i, String symbol) {
        return i + 1 < tokens.size() && tokens.get(i + 1).is(symbol);
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }
}
