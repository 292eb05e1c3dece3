package io.millrace.plan.expression;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Cuts an expression into words, numbers, strings and symbols: as far as is needed to find names and unclosed brackets. */
final class Tokens {
    private static final String OPENING = "([{";
    private static final String CLOSING = ")]}";

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Tokens(String text) {
        this.text = text;
    }

    /** @throws SyntaxException if a string, a comment or a bracket is not closed, or a character has no place in SQL */
    static List<Token> of(String text) {
        Tokens reader = new Tokens(text);
        reader.read();
        reader.checkBrackets();
        return reader.tokens;
    }

    private void read() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw new SyntaxException(at, 2, "this comment is not closed", "close it with */");
                }
                at = end + 2;
            } else if (c == '\'') {
                add(Kind.STRING, endOfQuoted('\'', "this string is not closed", "close it with '"));
            } else if (c == '`') {
                add(Kind.QUOTED, endOfQuoted('`', "this name is not closed", "close it with `"));
            } else if (c == '"') {
                int end = text.indexOf('"', at + 1);
                String word = end < 0 ? "" : text.substring(at + 1, end);
                throw new SyntaxException(
                        at,
                        end < 0 ? 1 : end + 1 - at,
                        "double quotes have no meaning in an expression",
                        "write a string as '" + word + "' and a column as `" + word + "`");
            } else if (Character.isDigit(c)) {
                add(Kind.NUMBER, endOfNumber());
            } else if (Character.isLetter(c) || c == '_') {
                add(Kind.WORD, endOfWord());
            } else {
                checkSymbol();
                add(Kind.SYMBOL, at + 1);
            }
        }
    }

    private void add(Kind kind, int end) {
        tokens.add(new Token(kind, at, end, text.substring(at, end)));
        at = end;
    }

    /** A doubled quote stands for itself. */
    private int endOfQuoted(char quote, String message, String hint) {
        for (int i = at + 1; i < text.length(); i++) {
            if (text.charAt(i) == quote) {
                if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                    i++;
                } else {
                    return i + 1;
                }
            }
        }
        throw new SyntaxException(at, text.length() - at, message, hint);
    }

    private int endOfNumber() {
        int end = at;
        while (end < text.length()) {
            char c = text.charAt(end);
            boolean exponentSign = (c == '+' || c == '-') && Character.toLowerCase(text.charAt(end - 1)) == 'e';
            if (!Character.isLetterOrDigit(c) && c != '.' && !exponentSign) {
                break;
            }
            end++;
        }
        return end;
    }

    private int endOfWord() {
        int end = at;
        while (end < text.length()
                && (Character.isLetterOrDigit(text.charAt(end)) || "_$".indexOf(text.charAt(end)) >= 0)) {
            end++;
        }
        return end;
    }

    private void checkSymbol() {
        if (text.startsWith("==", at)) {
            throw new SyntaxException(at, 2, "'==' is no operator of SQL", "did you mean '='?");
        }
        if (text.startsWith("&&", at)) {
            throw new SyntaxException(at, 2, "'&&' is no operator of SQL", "did you mean 'AND'?");
        }
        if (";?".indexOf(text.charAt(at)) >= 0) {
            throw new SyntaxException(at, 1, "'" + text.charAt(at) + "' has no place in an expression", null);
        }
    }

    private void checkBrackets() {
        Deque<Token> open = new ArrayDeque<>();
        for (Token token : tokens) {
            if (token.kind() != Kind.SYMBOL) {
                continue;
            }
            char c = token.text().charAt(0);
            if (OPENING.indexOf(c) >= 0) {
                open.push(token);
            } else if (CLOSING.indexOf(c) >= 0) {
                if (open.isEmpty() || OPENING.indexOf(open.pop().text().charAt(0)) != CLOSING.indexOf(c)) {
                    throw new SyntaxException(token.start(), 1, "this '" + c + "' closes nothing", null);
                }
            }
        }
        if (!open.isEmpty()) {
            Token token = open.peekLast();
            char closing = CLOSING.charAt(OPENING.indexOf(token.text().charAt(0)));
            throw new SyntaxException(
                    token.start(), 1, "this '" + token.text() + "' is not closed", "close it with '" + closing + "'");
        }
    }

    enum Kind {
        WORD,
        QUOTED,
        STRING,
        NUMBER,
        SYMBOL
    }

    /** @param start index of its first character; {@code end} behind its last */
    record Token(Kind kind, int start, int end, String text) {
        boolean is(String word) {
            return (kind == Kind.WORD || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
        }
    }
}
