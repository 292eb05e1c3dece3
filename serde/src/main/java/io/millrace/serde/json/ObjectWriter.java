package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.millrace.serde.Column;
import io.millrace.serde.EncodeException;
import io.millrace.serde.RowType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes a row, at the top or nested, as a JSON object with all its columns. */
final class ObjectWriter implements ValueWriter {
    private final String path;
    private final RowType type;
    private final SerializableString[] names;
    private final ValueWriter[] writers;

    ObjectWriter(String path, RowType type) {
        this.path = path;
        this.type = type;
        this.names = new SerializableString[type.size()];
        this.writers = new ValueWriter[type.size()];
        for (int i = 0; i < names.length; i++) {
            Column column = type.column(i);
            names[i] = new SerializedString(column.name());
            writers[i] = ValueWriter.of(pathOf(column), column.type());
        }
    }

    void writeRow(JsonGenerator out, @Nullable Object[] values) throws IOException {
        if (values.length != names.length) {
            throw new IllegalStateException(values.length + " values for the " + names.length + " columns " + type);
        }
        out.writeStartObject();
        for (int i = 0; i < names.length; i++) {
            out.writeFieldName(names[i]);
            Object value = values[i];
            if (value != null) {
                writers[i].write(out, value);
            } else if (type.column(i).nullable()) {
                out.writeNull();
            } else {
                throw new EncodeException("column \"" + pathOf(type.column(i)) + "\" is NOT NULL, and is null");
            }
        }
        out.writeEndObject();
    }

    @Override
    public void write(JsonGenerator out, Object value) throws IOException {
        writeRow(out, (@Nullable Object[]) value);
    }

    private String pathOf(Column column) {
        return path.isEmpty() ? column.name() : path + "." + column.name();
    }
}
