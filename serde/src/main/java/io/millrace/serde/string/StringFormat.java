package io.millrace.serde.string;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;
import io.millrace.serde.ScalarText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One column of any name as UTF-8 text. Other scalar types than STRING have the text form of {@link ScalarText}, so that a
 * BIGINT can be a readable key. Null has no form: it is refused, and no bytes mean the empty string.
 */
public final class StringFormat implements Format {
    @Override
    public String name() {
        return "string";
    }

    @Override
    public Decoder decoder(Place place, RowType wanted) {
        if (wanted.size() == 0) {
            return bytes -> new Object[0];
        }
        Column column = only(wanted);
        return bytes -> new @Nullable Object[] {parse(column, bytes)};
    }

    @Override
    public Encoder encoder(Place place, RowType type) {
        Column column = only(type);
        return values -> format(column, values[0]);
    }

    private static Column only(RowType type) {
        if (type.size() != 1) {
            throw new IllegalArgumentException("the string format holds one column, not " + type.size() + " (" + type
                    + "): select one column, or use json or avro");
        }
        Column column = type.column(0);
        if (!ScalarText.isScalar(column.type())) {
            throw new IllegalArgumentException("column \"" + column.name() + "\" is "
                    + column.type().sql() + ", which the string format cannot hold: use json or avro");
        }
        return column;
    }

    private static Object parse(Column column, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // The JDK marks what it cannot read with U+FFFD, which may also really stand there.
        if (text.indexOf('\uFFFD') >= 0 && !isUtf8(bytes)) {
            throw new DecodeException(
                    "column \"" + column.name() + "\": the bytes are not UTF-8; is the format bytes?");
        }
        if (column.type() == DataType.Scalar.STRING) {
            return text;
        }
        try {
            return ScalarText.parse(column.type(), text);
        } catch (IllegalArgumentException e) {
            throw new DecodeException(
                    "column \"" + column.name() + "\" " + column.type().sql() + ": " + e.getMessage());
        }
    }

    private static byte[] format(Column column, @Nullable Object value) {
        if (value == null) {
            throw new EncodeException("column \"" + column.name() + "\" is null, which the string format cannot hold");
        }
        String text = ScalarText.format(column.type(), value);
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new EncodeException(
                    "column \"" + column.name() + "\" holds half of a surrogate pair, which is no text");
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
