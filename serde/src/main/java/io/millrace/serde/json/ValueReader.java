package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.serde.DataType;
import io.millrace.serde.DecodeException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one JSON value into one type. The path is made once, so that an error can say where without any cost per record. */
abstract class ValueReader {
    private final String path;
    private final String wanted;

    ValueReader(String path, String wanted) {
        this.path = path;
        this.wanted = wanted;
    }

    static ValueReader of(String path, DataType type) {
        if (type instanceof DataType.Scalar scalar) {
            return ScalarReaders.of(path, scalar);
        }
        if (type instanceof DataType.Decimal decimal) {
            return new ScalarReaders.DecimalReader(path, decimal);
        }
        if (type instanceof DataType.Array array) {
            return new NestedReaders.ArrayReader(path, array);
        }
        if (type instanceof DataType.MapOf map) {
            return new NestedReaders.MapReader(path, map);
        }
        return new ObjectReader(path, ((DataType.Struct) type).row());
    }

    /**
     * The value that the parser stands on, which is not null; the parser is left on its last token.
     *
     * @throws DecodeException if it is not of the type
     */
    abstract Object read(JsonParser parser, JsonToken token) throws IOException;

    String path() {
        return path;
    }

    /** An error for a token of the wrong kind. */
    DecodeException wrong(JsonParser parser, JsonToken token) {
        return error(parser, "is " + describe(token) + " where " + wanted + " is wanted", null);
    }

    DecodeException error(JsonParser parser, String what, @Nullable String detail) {
        return new DecodeException("column \"" + path + "\" " + what + (detail == null ? "" : " (" + detail + ")")
                + ", at byte " + byteOf(parser));
    }

    /** Where the current token starts. */
    static long byteOf(JsonParser parser) {
        return parser.currentTokenLocation().getByteOffset();
    }

    /** A token in words; never its content. */
    static String describe(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction or exponent";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> "a " + token;
        };
    }
}
