package io.millrace.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** As much of JSON Schema as the job's schema uses; a keyword that it does not know is a mistake of ours. */
final class SchemaChecker {
    private static final Set<String> ANNOTATIONS = Set.of("$schema", "title", "description", "default");

    private final List<String> errors = new ArrayList<>();

    private SchemaChecker() {}

    /** What is wrong with the value, as paths and keywords. */
    static List<String> errors(Object schema, @Nullable Object value) {
        SchemaChecker checker = new SchemaChecker();
        checker.check(schema, value, "");
        return checker.errors;
    }

    private void check(Object schema, @Nullable Object value, String path) {
        if (schema instanceof Boolean allowed) {
            expect(allowed, path + " is not allowed");
            return;
        }
        ((Map<?, ?>) schema).forEach((keyword, rule) -> check((String) keyword, rule, (Map<?, ?>) schema, value, path));
    }

    private void check(String keyword, Object rule, Map<?, ?> schema, @Nullable Object value, String path) {
        String where = path + " " + keyword;
        switch (keyword) {
            case "type" ->
                expect(
                        (rule instanceof List<?> types ? types : List.of(rule))
                                .stream().anyMatch(type -> hasType((String) type, value)),
                        where);
            case "enum" -> expect(((List<?>) rule).contains(value), where);
            case "pattern" ->
                expect(
                        !(value instanceof String text)
                                || Pattern.compile((String) rule).matcher(text).find(),
                        where);
            case "minimum" -> expect(!(value instanceof Integer number) || number >= (Integer) rule, where);
            case "maximum" -> expect(!(value instanceof Integer number) || number <= (Integer) rule, where);
            case "minItems" -> expect(!(value instanceof List<?> list) || list.size() >= (Integer) rule, where);
            case "minProperties" -> expect(!(value instanceof Map<?, ?> map) || map.size() >= (Integer) rule, where);
            case "maxProperties" -> expect(!(value instanceof Map<?, ?> map) || map.size() <= (Integer) rule, where);
            case "anyOf" -> expect(matching(rule, value) > 0, where);
            case "oneOf" -> expect(matching(rule, value) == 1, where);
            case "not" -> expect(!errors(rule, value).isEmpty(), where);
            case "items" -> {
                if (value instanceof List<?> list) {
                    list.forEach(item -> check(rule, item, path + "[]"));
                }
            }
            default -> checkObject(keyword, rule, schema, value, path);
        }
    }

    private void checkObject(String keyword, Object rule, Map<?, ?> schema, @Nullable Object value, String path) {
        Map<?, ?> map = value instanceof Map<?, ?> some ? some : Map.of();
        switch (keyword) {
            case "required" -> expect(map.keySet().containsAll((List<?>) rule) || map != value, path + " required");
            case "dependentSchemas" ->
                ((Map<?, ?>) rule).forEach((key, inner) -> {
                    if (map.containsKey(key)) {
                        check(inner, value, path);
                    }
                });
            case "propertyNames" -> map.keySet().forEach(key -> check(rule, key, path + "." + key));
            case "properties" ->
                ((Map<?, ?>) rule).forEach((key, inner) -> {
                    if (map.containsKey(key)) {
                        check(inner, map.get(key), path + "." + key);
                    }
                });
            case "additionalProperties" -> {
                Map<?, ?> known = (Map<?, ?>) schema.get("properties");
                map.forEach((key, inner) -> {
                    if (known == null || !known.containsKey(key)) {
                        check(rule, inner, path + "." + key);
                    }
                });
            }
            default -> {
                if (!ANNOTATIONS.contains(keyword)) {
                    throw new IllegalStateException("unknown keyword " + keyword);
                }
            }
        }
    }

    private static long matching(Object schemas, @Nullable Object value) {
        return ((List<?>) schemas)
                .stream().filter(schema -> errors(schema, value).isEmpty()).count();
    }

    private static boolean hasType(String type, @Nullable Object value) {
        return switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "integer" -> value instanceof Integer || value instanceof Long || value instanceof BigInteger;
            case "number" -> value instanceof Number;
            case "boolean" -> value instanceof Boolean;
            default -> throw new IllegalStateException("unknown type " + type);
        };
    }

    private void expect(boolean holds, String error) {
        if (!holds) {
            errors.add(error);
        }
    }
}
