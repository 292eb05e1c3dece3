package io.millrace.serde;

import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.DataTypes.ColumnType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A recursive-descent parser of one type text. */
final class TypeParser {
    private static final int MAX_DEPTH = 32;
    private static final int DEFAULT_DECIMAL_PRECISION = 10;

    /** Names of other systems, and what they are called here. */
    private static final Map<String, String> HINTS = Map.ofEntries(
            Map.entry("BOOL", "BOOLEAN"),
            Map.entry("BYTE", "TINYINT"),
            Map.entry("SHORT", "SMALLINT"),
            Map.entry("LONG", "BIGINT"),
            Map.entry("INT32", "INT"),
            Map.entry("INT64", "BIGINT"),
            Map.entry("FLOAT64", "DOUBLE"),
            Map.entry("NUMBER", "DECIMAL(p, s), BIGINT or DOUBLE"),
            Map.entry("TEXT", "STRING"),
            Map.entry("UUID", "STRING"),
            Map.entry("JSON", "STRING"),
            Map.entry("BLOB", "BYTES"),
            Map.entry("DATETIME", "TIMESTAMP"),
            Map.entry("INSTANT", "TIMESTAMP_LTZ"),
            Map.entry("TIMESTAMPTZ", "TIMESTAMP_LTZ"),
            Map.entry("LIST", "ARRAY<...>"),
            Map.entry("STRUCT", "ROW<...>"),
            Map.entry("OBJECT", "ROW<...> or MAP<STRING, ...>"));

    private final String text;
    private int place;

    TypeParser(String text) {
        this.text = text;
    }

    DataType parseType() {
        DataType type = type(0);
        end();
        return type;
    }

    ColumnType parseColumnType() {
        DataType type = type(0);
        boolean nullable = nullability();
        end();
        return new ColumnType(type, nullable);
    }

    private DataType type(int depth) {
        if (depth > MAX_DEPTH) {
            throw error("types are nested more than " + MAX_DEPTH + " deep", place);
        }
        skipSpace();
        int start = place;
        String word = word();
        return switch (word) {
            case "" -> throw error("expected a type, found " + found(), start);
            case "BOOLEAN" -> Scalar.BOOLEAN;
            case "TINYINT" -> Scalar.TINYINT;
            case "SMALLINT" -> Scalar.SMALLINT;
            case "INT", "INTEGER" -> Scalar.INT;
            case "BIGINT" -> Scalar.BIGINT;
            case "FLOAT", "REAL" -> Scalar.FLOAT;
            case "DOUBLE" -> {
                accept("PRECISION");
                yield Scalar.DOUBLE;
            }
            case "DECIMAL", "NUMERIC", "DEC" -> decimal(start);
            case "STRING" -> Scalar.STRING;
            case "VARCHAR", "CHAR" -> sized(Scalar.STRING, 1, Integer.MAX_VALUE);
            case "BYTES" -> Scalar.BYTES;
            case "VARBINARY", "BINARY" -> sized(Scalar.BYTES, 1, Integer.MAX_VALUE);
            case "DATE" -> Scalar.DATE;
            case "TIME" -> sized(Scalar.TIME, 0, 9);
            case "TIMESTAMP" -> timestamp();
            case "TIMESTAMP_LTZ" -> sized(Scalar.TIMESTAMP_LTZ, 0, 9);
            case "ARRAY" -> array(depth);
            case "MAP" -> map(depth);
            case "ROW" -> row(depth);
            default -> throw unknown(word, start);
        };
    }

    private DataType decimal(int start) {
        if (!accept('(')) {
            return new DataType.Decimal(DEFAULT_DECIMAL_PRECISION, 0);
        }
        int precision = number();
        int scale = accept(',') ? number() : 0;
        expect(')');
        try {
            return new DataType.Decimal(precision, scale);
        } catch (IllegalArgumentException e) {
            throw error(String.valueOf(e.getMessage()), start);
        }
    }

    private DataType sized(DataType type, int min, int max) {
        if (accept('(')) {
            skipSpace();
            int start = place;
            int size = number();
            if (size < min || size > max) {
                throw error(size + " is not between " + min + " and " + max, start);
            }
            expect(')');
        }
        return type;
    }

    private DataType timestamp() {
        sized(Scalar.TIMESTAMP, 0, 9);
        skipSpace();
        int start = place;
        if (accept("WITHOUT")) {
            expect("TIME");
            expect("ZONE");
            return Scalar.TIMESTAMP;
        }
        if (!accept("WITH")) {
            return Scalar.TIMESTAMP;
        }
        if (!accept("LOCAL")) {
            throw error("TIMESTAMP WITH TIME ZONE does not exist here; use TIMESTAMP_LTZ, an instant", start);
        }
        expect("TIME");
        expect("ZONE");
        return Scalar.TIMESTAMP_LTZ;
    }

    private DataType array(int depth) {
        expect('<');
        DataType element = type(depth + 1);
        nullability();
        expect('>');
        return new DataType.Array(element);
    }

    private DataType map(int depth) {
        expect('<');
        DataType key = type(depth + 1);
        nullability();
        expect(',');
        DataType value = type(depth + 1);
        nullability();
        expect('>');
        return new DataType.MapOf(key, value);
    }

    private DataType row(int depth) {
        int start = place;
        boolean round = accept('(');
        if (!round) {
            expect('<');
        }
        char close = round ? ')' : '>';
        List<Column> columns = new ArrayList<>();
        if (!accept(close)) {
            do {
                String name = fieldName();
                DataType type = type(depth + 1);
                columns.add(new Column(name, type, nullability()));
            } while (accept(','));
            expect(close);
        }
        try {
            return new DataType.Struct(new RowType(columns));
        } catch (IllegalArgumentException e) {
            throw error(String.valueOf(e.getMessage()), start);
        }
    }

    private String fieldName() {
        skipSpace();
        int start = place;
        if (place < text.length() && (text.charAt(place) == '`' || text.charAt(place) == '"')) {
            String name = quoted(text.charAt(place));
            if (name.isEmpty()) {
                throw error("a field needs a name", start);
            }
            return name;
        }
        while (place < text.length() && isNamePart(text.charAt(place), place > start)) {
            place++;
        }
        if (place == start) {
            throw error("expected a field's name, found " + found(), start);
        }
        return text.substring(start, place);
    }

    private String quoted(char quote) {
        int start = place++;
        StringBuilder name = new StringBuilder();
        while (place < text.length()) {
            char c = text.charAt(place++);
            if (c != quote) {
                name.append(c);
            } else if (place < text.length() && text.charAt(place) == quote) {
                name.append(quote);
                place++;
            } else {
                return name.toString();
            }
        }
        throw error("the quoted name is not closed", start);
    }

    /** Whether a field's name needs no quotes. */
    static boolean isPlainName(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!isNamePart(name.charAt(i), i > 0)) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isNamePart(char c, boolean inside) {
        return Character.isLetter(c) || c == '_' || (inside && (Character.isDigit(c) || c == '$' || c == '-'));
    }

    private boolean nullability() {
        if (accept("NOT")) {
            expect("NULL");
            return false;
        }
        accept("NULL");
        return true;
    }

    private String word() {
        int start = place;
        while (place < text.length() && (Character.isLetterOrDigit(text.charAt(place)) || text.charAt(place) == '_')) {
            place++;
        }
        return text.substring(start, place).toUpperCase(Locale.ROOT);
    }

    private int number() {
        skipSpace();
        int start = place;
        while (place < text.length() && text.charAt(place) >= '0' && text.charAt(place) <= '9') {
            place++;
        }
        if (start == place) {
            throw error("expected a number, found " + found(), start);
        }
        try {
            return Integer.parseInt(text.substring(start, place));
        } catch (NumberFormatException e) {
            throw error("the number is too big", start);
        }
    }

    private boolean accept(char c) {
        skipSpace();
        if (place < text.length() && text.charAt(place) == c) {
            place++;
            return true;
        }
        return false;
    }

    private void expect(char c) {
        if (!accept(c)) {
            throw error("expected '" + c + "', found " + found(), place);
        }
    }

    private boolean accept(String keyword) {
        skipSpace();
        int start = place;
        if (word().equals(keyword)) {
            return true;
        }
        place = start;
        return false;
    }

    private void expect(String keyword) {
        if (!accept(keyword)) {
            throw error("expected " + keyword + ", found " + found(), place);
        }
    }

    private void end() {
        skipSpace();
        if (place < text.length()) {
            throw error("expected the end, found " + found(), place);
        }
    }

    private void skipSpace() {
        while (place < text.length() && Character.isWhitespace(text.charAt(place))) {
            place++;
        }
    }

    private String found() {
        return place >= text.length() ? "the end" : "'" + text.charAt(place) + "'";
    }

    private IllegalArgumentException unknown(String word, int start) {
        @Nullable String hint = HINTS.get(word);
        return error(
                "unknown type " + word
                        + (hint != null
                                ? "; write " + hint
                                : "; types are BOOLEAN, TINYINT, SMALLINT, INT, BIGINT, FLOAT, DOUBLE, DECIMAL(p, s),"
                                        + " STRING, BYTES, DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ, ARRAY<t>, MAP<k, v>,"
                                        + " ROW<name t, ...>"),
                start);
    }

    private IllegalArgumentException error(String message, int offset) {
        return new IllegalArgumentException("type \"" + text + "\", offset " + offset + ": " + message);
    }
}
