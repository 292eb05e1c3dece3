package io.millrace.serde.bytes;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.Decoder;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;
import org.jspecify.annotations.Nullable;

/** One BYTES column of any name: the record's bytes as they are, shared and not copied. Null has no form and is refused. */
public final class BytesFormat implements Format {
    @Override
    public String name() {
        return "bytes";
    }

    @Override
    public Decoder decoder(Place place, RowType wanted) {
        if (wanted.size() == 0) {
            return bytes -> new Object[0];
        }
        checkOnly(wanted);
        return bytes -> new @Nullable Object[] {bytes};
    }

    @Override
    public Encoder encoder(Place place, RowType type) {
        Column column = checkOnly(type);
        return values -> {
            Object value = values[0];
            if (value == null) {
                throw new EncodeException(
                        "column \"" + column.name() + "\" is null, which the bytes format cannot hold");
            }
            return ((byte[]) value).clone();
        };
    }

    private static Column checkOnly(RowType type) {
        if (type.size() != 1) {
            throw new IllegalArgumentException("the bytes format holds one column, not " + type.size() + " (" + type
                    + "): select one column, or use json or avro");
        }
        Column column = type.column(0);
        if (column.type() != DataType.Scalar.BYTES) {
            throw new IllegalArgumentException(
                    "column \"" + column.name() + "\" is " + column.type().sql()
                            + ", and the bytes format holds BYTES only: declare it BYTES, or use string, json or avro");
        }
        return column;
    }
}
