package io.millrace.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns a {@link Shape} into the JSON Schema that accepts the same. */
final class SchemaWriter {
    /** A value with a variable in it may turn out as anything, and is checked when the variable is known. */
    private static final Map<String, Object> VARIABLE = Json.object("type", "string", "pattern", "\\$\\{");

    private SchemaWriter() {}

    static Map<String, Object> write(Shape shape) {
        if (shape instanceof Shape.Scalar scalar) {
            return scalar(scalar);
        }
        if (shape instanceof Shape.ListOf list) {
            return list(list.item());
        }
        if (shape instanceof Shape.OneOrMany several) {
            return anyOf(scalar(several.item()), list(several.item()));
        }
        if (shape instanceof Shape.Either either) {
            return anyOf(scalar(either.scalar()), fields(either.fields()));
        }
        if (shape instanceof Shape.Named named) {
            return named(named);
        }
        if (shape instanceof Shape.Sections sections) {
            return sections(sections);
        }
        if (shape instanceof Shape.Open) {
            return Json.object("type", "object");
        }
        return fields((Shape.Fields) shape);
    }

    private static Map<String, Object> scalar(Shape.Scalar scalar) {
        ScalarType type = scalar.type();
        return type instanceof ScalarType.Free ? type.schema() : anyOf(type.schema(), VARIABLE);
    }

    private static Map<String, Object> list(Shape item) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "array");
        schema.put("minItems", 1);
        schema.put("items", write(item));
        return schema;
    }

    private static Map<String, Object> named(Shape.Named shape) {
        Map<String, Object> properties = new LinkedHashMap<>();
        shape.known().forEach(key -> properties.put(key.name(), described(key)));
        shape.forbidden().forEach((key, reason) -> {
            Map<String, Object> never = new LinkedHashMap<>();
            never.put("description", reason);
            never.put("not", Map.of());
            properties.put(key, never);
        });
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("minProperties", 1);
        if (!properties.isEmpty()) {
            schema.put("properties", properties);
        }
        putRequired(shape.known(), schema);
        schema.put("additionalProperties", write(shape.value()));
        return schema;
    }

    private static Map<String, Object> sections(Shape.Sections shape) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("minProperties", 1);
        schema.put("propertyNames", shape.names().schema());
        schema.put("additionalProperties", write(shape.fields()));
        return schema;
    }

    private static Map<String, Object> fields(Shape.Fields shape) {
        Map<String, Object> properties = new LinkedHashMap<>();
        shape.keys().forEach(key -> properties.put(key.name(), described(key)));
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("additionalProperties", false);
        putRequired(shape.keys(), schema);
        if (shape.single()) {
            schema.put("minProperties", 1);
            schema.put("maxProperties", 1);
        } else if (!shape.exactlyOneOf().isEmpty()) {
            schema.put("oneOf", requiredEach(shape.exactlyOneOf()));
        }
        if (!shape.needs().isEmpty()) {
            Map<String, Object> needs = new LinkedHashMap<>();
            for (String key : shape.names()) {
                List<String> needed = shape.needs().get(key);
                if (needed != null) {
                    needs.put(key, Json.object("anyOf", requiredEach(needed)));
                }
            }
            schema.put("dependentSchemas", needs);
        }
        return schema;
    }

    private static List<Map<String, Object>> requiredEach(List<String> keys) {
        return keys.stream().map(key -> Json.object("required", List.of(key))).toList();
    }

    private static void putRequired(List<Shape.Key> keys, Map<String, Object> schema) {
        List<String> required =
                keys.stream().filter(Shape.Key::required).map(Shape.Key::name).toList();
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
    }

    private static Map<String, Object> described(Shape.Key key) {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("description", key.meaning());
        if (key.value() != null) {
            schema.put("default", key.value());
        }
        schema.putAll(write(key.shape()));
        return schema;
    }

    private static Map<String, Object> anyOf(Map<String, Object> first, Map<String, Object> second) {
        return Json.object("anyOf", List.of(first, second));
    }
}
