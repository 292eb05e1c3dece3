package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.millrace.serde.Column;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.RowType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the wanted columns of JSON objects. Jackson's own messages quote the record, so they are never passed on: an error
 * says where, and what was wrong in our words.
 */
final class JsonDecoder implements Decoder {
    static final int MAX_DEPTH = 200;
    static final int MAX_STRING_CHARS = 16 << 20;
    static final int MAX_NUMBER_CHARS = 1000;
    static final int MAX_NAME_CHARS = 50_000;

    // A factory of its own keeps the table of field names free of other topics' names, and unshared.
    private final JsonFactory factory = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING_CHARS)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxNameLength(MAX_NAME_CHARS)
                    .build())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .recyclerPool(new OwnBuffers())
            .build();
    private final ObjectReader row;
    private final @Nullable Column onlyColumn;
    private final @Nullable ValueReader onlyReader;

    JsonDecoder(RowType wanted, boolean key) {
        this.row = new ObjectReader("", wanted);
        this.onlyColumn = key && wanted.size() == 1 ? wanted.column(0) : null;
        this.onlyReader = onlyColumn == null ? null : ValueReader.of(onlyColumn.name(), onlyColumn.type());
    }

    @Override
    public @Nullable Object[] decode(byte[] bytes) {
        try (JsonParser parser = factory.createParser(bytes)) {
            try {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    throw new DecodeException("the record is empty where a JSON object is wanted");
                }
                @Nullable Object[] values = read(parser, token);
                if (parser.nextToken() != null) {
                    throw new DecodeException(
                            "something follows the JSON value, at byte " + ValueReader.byteOf(parser));
                }
                return values;
            } catch (IOException e) {
                throw malformed(parser, bytes.length, e);
            }
        } catch (IOException e) {
            throw new DecodeException("the record is not JSON: its character encoding is unknown");
        }
    }

    private @Nullable Object[] read(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.START_OBJECT) {
            return row.readRow(parser);
        }
        Column column = onlyColumn;
        ValueReader reader = onlyReader;
        if (column == null || reader == null || token == JsonToken.START_ARRAY) {
            throw new DecodeException(
                    "the record is " + ValueReader.describe(token) + " where a JSON object is wanted");
        }
        if (token == JsonToken.VALUE_NULL) {
            if (!column.nullable()) {
                throw new DecodeException("column \"" + column.name() + "\" is NOT NULL, and the key is null");
            }
            return new @Nullable Object[] {null};
        }
        return new @Nullable Object[] {reader.read(parser, token)};
    }

    /** The cause is left out on purpose: its message quotes the record. */
    private static DecodeException malformed(JsonParser parser, int bytes, IOException cause) {
        if (cause instanceof JsonEOFException) {
            return new DecodeException("the JSON ends too early, at byte " + bytes);
        }
        if (cause instanceof StreamConstraintsException) {
            return new DecodeException("the JSON is beyond a limit (" + MAX_DEPTH + " levels, strings of "
                    + MAX_STRING_CHARS + " characters, numbers of " + MAX_NUMBER_CHARS + ", names of " + MAX_NAME_CHARS
                    + ") at byte " + ValueReader.byteOf(parser));
        }
        if (cause instanceof InputCoercionException) {
            return new DecodeException("a number is out of range at byte " + ValueReader.byteOf(parser));
        }
        return new DecodeException(
                "malformed JSON near byte " + parser.currentLocation().getByteOffset());
    }
}
