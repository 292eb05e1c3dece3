package io.millrace.serde.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.RowType;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes rows as JSON objects. One generator serves all rows until one fails, since a failed one may hold half a row. */
final class JsonEncoder implements Encoder {
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .rootValueSeparator((String) null)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    private final ObjectWriter row;
    private final Sink sink = new Sink();
    private @Nullable JsonGenerator generator;

    JsonEncoder(RowType type) {
        this.row = new ObjectWriter("", type);
    }

    @Override
    public byte[] encode(@Nullable Object[] values) {
        sink.bytes.clear();
        boolean done = false;
        try {
            JsonGenerator out = generator;
            if (out == null) {
                out = FACTORY.createGenerator(sink);
                generator = out;
            }
            row.writeRow(out, values);
            out.flush();
            done = true;
            return sink.bytes.toByteArray();
        } catch (IOException e) {
            // Jackson's message is left out: it may quote the row.
            throw new EncodeException("the row cannot be written as JSON");
        } finally {
            if (!done) {
                generator = null;
            }
        }
    }

    private static final class Sink extends OutputStream {
        private final BinaryWriter bytes = new BinaryWriter();

        @Override
        public void write(int value) {
            bytes.writeByte(value);
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            bytes.writeRaw(source, offset, length);
        }
    }
}
