package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.serde.DataType;
import io.millrace.serde.ScalarText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Readers of arrays and maps. */
final class NestedReaders {
    private NestedReaders() {}

    static final class ArrayReader extends ValueReader {
        private final ValueReader element;

        ArrayReader(String path, DataType.Array type) {
            super(path, "an array");
            this.element = ValueReader.of(path + "[]", type.element());
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token != JsonToken.START_ARRAY) {
                throw wrong(parser, token);
            }
            List<Object> list = new ArrayList<>();
            JsonToken next;
            while ((next = parser.nextToken()) != JsonToken.END_ARRAY) {
                list.add(next == JsonToken.VALUE_NULL ? null : element.read(parser, next));
            }
            return list;
        }
    }

    /** A map is a JSON object; keys of other types than STRING are read from the fields' names. */
    static final class MapReader extends ValueReader {
        private final DataType keyType;
        private final ValueReader value;

        MapReader(String path, DataType.MapOf type) {
            super(path, "an object");
            if (!ScalarText.isScalar(type.key())) {
                throw new IllegalArgumentException(
                        "column \"" + path + "\" is " + type.sql() + ", and json can only hold maps with scalar keys");
            }
            this.keyType = type.key();
            this.value = ValueReader.of(path + "{}", type.value());
        }

        @Override
        Object read(JsonParser parser, JsonToken token) throws IOException {
            if (token != JsonToken.START_OBJECT) {
                throw wrong(parser, token);
            }
            Map<Object, Object> map = new LinkedHashMap<>();
            String name;
            while ((name = parser.nextFieldName()) != null) {
                Object key = key(parser, name);
                JsonToken next = parser.nextToken();
                map.put(key, next == JsonToken.VALUE_NULL ? null : value.read(parser, next));
            }
            return map;
        }

        private Object key(JsonParser parser, String name) {
            if (keyType == DataType.Scalar.STRING) {
                return name;
            }
            try {
                return ScalarText.parse(keyType, name);
            } catch (IllegalArgumentException e) {
                throw error(parser, "has a key that is no " + keyType.sql(), e.getMessage());
            }
        }
    }
}
