package io.millrace.plan.expression;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Calcite's messages in our words: it has no codes for them, so their texts are recognized. */
final class CalciteMessages {
    private static final String CONVERT = "convert with CAST(... AS ...)";

    private static final Pattern TYPE = Pattern.compile("<([^<>]+)>");
    /** Between the types of a list, not inside {@code DECIMAL(10, 2)}. */
    private static final Pattern TYPE_SEPARATOR = Pattern.compile(", (?![^(]*\\))");

    private static final List<Rule> RULES = List.of(
            rule(
                    "Cannot apply '([^']+)' to arguments of type '(.*?)'\\. Supported form.*",
                    CalciteMessages::cannotApply),
            rule(
                    "Invalid number of arguments to function '([^']+)'\\. Was expecting (.*)",
                    m -> new Wording(m.group(1) + " takes " + m.group(2), null)),
            rule(
                    "No match found for function signature ([^(]+)\\((.*)\\)",
                    m -> new Wording(m.group(1) + " cannot take (" + types(m.group(2)) + ")", null)),
            rule(
                    "Cannot infer return type for ([^;]+); operand types: \\[(.*)\\]",
                    m -> new Wording(m.group(1) + " cannot take (" + bareTypes(m.group(2)) + ")", CONVERT)),
            rule(
                    "Group function '\\$?([^']+)' can only appear in GROUP BY clause",
                    m -> new Wording(m.group(1) + " has no place here", "give an 'aggregate' step a window")),
            rule(
                    "Cast function cannot convert value of type (.*) to type (.*)",
                    m -> new Wording(typeName(m.group(1)) + " cannot be cast to " + typeName(m.group(2)), null)),
            rule(
                    "Expression '(.*)' is not being grouped",
                    m -> new Wording(
                            "'" + lastName(m.group(1)) + "' is neither in 'by' nor inside an aggregate function",
                            "add it to 'by', or take its MIN or MAX")),
            rule(
                    "Illegal mixing of types in CASE.*",
                    m -> new Wording("the results of CASE or COALESCE must be of one type", CONVERT)),
            rule(
                    "Values passed to IN operator.*",
                    m -> new Wording("the values of IN must be of the type of its left side", CONVERT)),
            rule(
                    "Illegal (\\w+) literal (.*?): .*",
                    m -> new Wording(
                            m.group(2) + " is no " + m.group(1).toLowerCase(Locale.ROOT),
                            "write DATE '2026-01-31', TIME '13:59:00' or TIMESTAMP '2026-01-31 13:59:00'")));

    private CalciteMessages() {}

    /** What to say instead. */
    static Wording reword(String message) {
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern().matcher(message);
            if (matcher.matches()) {
                return rule.words().apply(matcher);
            }
        }
        return new Wording(firstSentence(message), null);
    }

    /** In Calcite's words, to be recognized above. */
    static String cannotApply(String operator, String types) {
        return "Cannot apply '" + operator + "' to arguments of type '" + types + "'. Supported form(s): none";
    }

    /** The last part of a qualified name. */
    static String lastName(String qualified) {
        return qualified.substring(qualified.lastIndexOf('.') + 1);
    }

    private static Wording cannotApply(Matcher matcher) {
        String operator = matcher.group(1);
        String types = types(matcher.group(2));
        if (types.startsWith(operator + "(")) {
            return new Wording(operator + " cannot take " + types.substring(operator.length()), CONVERT);
        }
        // NOT<INTEGER> has no blank of its own.
        boolean prefix = types.startsWith(operator) && Character.isLetter(operator.charAt(0));
        String spaced =
                prefix ? operator + " " + types.substring(operator.length()).trim() : types;
        return new Wording("'" + operator + "' cannot take " + spaced, CONVERT);
    }

    /** {@code <VARCHAR> + <INTEGER>} with our names of types. */
    private static String types(String signature) {
        return TYPE.matcher(signature).replaceAll(found -> Matcher.quoteReplacement(typeName(found.group(1))));
    }

    /** {@code VARCHAR, DECIMAL(10, 2)} with our names of types. */
    private static String bareTypes(String types) {
        return TYPE_SEPARATOR
                .splitAsStream(types)
                .map(CalciteMessages::typeName)
                .collect(Collectors.joining(", "));
    }

    private static String typeName(String calcite) {
        String bare = calcite.replace(" NOT NULL", "").trim();
        if (bare.endsWith(" ARRAY")) {
            return "ARRAY<" + typeName(bare.substring(0, bare.length() - " ARRAY".length())) + ">";
        }
        if (bare.endsWith(" MAP")) {
            return "MAP<" + bareTypes(bare.substring(1, bare.length() - ") MAP".length())) + ">";
        }
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

    private static String firstSentence(String message) {
        String line = message.lines().findFirst().orElse("this is not valid");
        int sentence = line.indexOf(". ");
        String first = sentence > 0 ? line.substring(0, sentence) : line;
        return types(first.isEmpty() ? first : Character.toLowerCase(first.charAt(0)) + first.substring(1));
    }

    private static Rule rule(String pattern, Function<Matcher, Wording> words) {
        return new Rule(Pattern.compile(pattern, Pattern.DOTALL), words);
    }

    record Wording(String message, @Nullable String hint) {}

    private record Rule(Pattern pattern, Function<Matcher, Wording> words) {}
}
