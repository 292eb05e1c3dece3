package io.millrace.serde.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registry's JSON: flat objects. */
final class RegistryJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<String, String> fields;
    private final boolean hasReferences;

    private RegistryJson(Map<String, String> fields, boolean hasReferences) {
        this.fields = fields;
        this.hasReferences = hasReferences;
    }

    /** The object, or null if the bytes are none. */
    static @Nullable RegistryJson parse(byte[] body) {
        try (JsonParser parser = FACTORY.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            Map<String, String> fields = new HashMap<>();
            boolean hasReferences = false;
            String name;
            while ((name = parser.nextFieldName()) != null) {
                JsonToken token = parser.nextToken();
                if (name.equals("references") && token == JsonToken.START_ARRAY) {
                    hasReferences = parser.nextToken() != JsonToken.END_ARRAY;
                    while (parser.currentToken() != JsonToken.END_ARRAY) {
                        parser.skipChildren();
                        parser.nextToken();
                    }
                } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    fields.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
            return new RegistryJson(fields, hasReferences);
        } catch (IOException e) {
            return null;
        }
    }

    /** What a registration sends. Registries older than the schema type know Avro only, and refuse to be told so. */
    static byte[] registration(String schemaType, String schema) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            out.writeStartObject();
            if (!schemaType.equals("AVRO")) {
                out.writeStringField("schemaType", schemaType);
            }
            out.writeStringField("schema", schema);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    @Nullable
    String text(String name) {
        return fields.get(name);
    }

    /** The whole number in a field, or -1. */
    int number(String name) {
        String text = fields.get(name);
        try {
            return text == null ? -1 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    boolean hasReferences() {
        return hasReferences;
    }
}
