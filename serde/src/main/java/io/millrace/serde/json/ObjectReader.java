package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.serde.Column;
import io.millrace.serde.DecodeException;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object into the columns of a row type.
 *
 * <p>Producers write the fields of a topic in the same order again and again, and the parser hands out one String per
 * distinct name. So the names of the last object are kept by position: a name that is the same reference as last time at this
 * position needs no look-up at all.
 */
final class ObjectReader extends ValueReader {
    private static final int REMEMBERED_FIELDS = 64;
    private static final int UNWANTED = -1;

    private final RowType type;
    private final ValueReader[] readers;
    private final Map<String, Integer> columns = new HashMap<>();
    private final @Nullable String[] lastNames = new String[REMEMBERED_FIELDS];
    private final int[] lastColumns = new int[REMEMBERED_FIELDS];
    private final boolean allNullable;

    /** @param path the column that holds the object, or empty at the top */
    ObjectReader(String path, RowType type) {
        super(path, "an object");
        this.type = type;
        this.readers = new ValueReader[type.size()];
        for (int i = 0; i < readers.length; i++) {
            Column column = type.column(i);
            readers[i] = ValueReader.of(path.isEmpty() ? column.name() : path + "." + column.name(), column.type());
            columns.put(column.name(), i);
        }
        this.allNullable = type.columns().stream().allMatch(Column::nullable);
    }

    @Override
    Object read(JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            throw wrong(parser, token);
        }
        return readRow(parser);
    }

    /** The parser stands on the start of the object, and is left on its end. */
    @Nullable
    Object[] readRow(JsonParser parser) throws IOException {
        @Nullable Object[] values = new Object[readers.length];
        String name;
        for (int position = 0; (name = parser.nextFieldName()) != null; position++) {
            int column = columnOf(name, position);
            JsonToken token = parser.nextToken();
            if (column == UNWANTED) {
                parser.skipChildren();
            } else {
                values[column] = token == JsonToken.VALUE_NULL ? null : readers[column].read(parser, token);
            }
        }
        if (!allNullable) {
            checkNotNull(values);
        }
        return values;
    }

    // Reference equality is the point; a false "different" only costs the look-up.
    @SuppressWarnings({"ReferenceEquality", "StringEquality"})
    private int columnOf(String name, int position) {
        if (position >= REMEMBERED_FIELDS) {
            return columns.getOrDefault(name, UNWANTED);
        }
        if (lastNames[position] == name) {
            return lastColumns[position];
        }
        int column = columns.getOrDefault(name, UNWANTED);
        lastNames[position] = name;
        lastColumns[position] = column;
        return column;
    }

    private void checkNotNull(@Nullable Object[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null && !type.column(i).nullable()) {
                throw new DecodeException("column \"" + readers[i].path() + "\" is NOT NULL, and is missing or null");
            }
        }
    }
}
