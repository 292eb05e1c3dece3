package io.millrace.engine.operator.sink;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordTooLargeException;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes each row as a record: its columns as the value, some of them as the key. A DELETE becomes a tombstone. */
public final class SinkOperator implements Operator {
    private final String sink;
    private final String topic;
    private final Encoder value;
    private final @Nullable KeyPart keyPart;
    private final @Nullable Encoder key;
    private final OperatorContext context;
    private final Tally written;

    private SinkOperator(String sink, String topic, Encoder value, @Nullable KeyPart keyPart, OperatorContext context) {
        this.sink = sink;
        this.topic = topic;
        this.value = value;
        this.keyPart = keyPart;
        this.key = keyPart == null ? null : keyPart.encoder().get();
        this.context = context;
        this.written = context.tally(Tally.Kind.RECORDS_OUT, sink);
    }

    /**
     * @param value makes an encoder of the stream's columns for each task
     * @param key null to write records without a key
     */
    public static OperatorFactory of(String sink, String topic, Supplier<Encoder> value, @Nullable KeyPart key) {
        return context -> new SinkOperator(sink, topic, value.get(), key, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        if (row.kind() == RowKind.UPDATE_BEFORE) {
            // The UPDATE_AFTER that follows overwrites the same key.
            return;
        }
        try {
            byte[] keyBytes = keyOf(row);
            byte[] valueBytes = row.kind() == RowKind.DELETE ? null : value.encode(row.values());
            context.sender().send(topic, -1, row.timeMs(), keyBytes, valueBytes, List.of());
        } catch (EncodeException | RecordTooLargeException e) {
            context.failed(sink, e);
            return;
        }
        written.add(1);
    }

    private byte @Nullable [] keyOf(Row row) {
        if (keyPart == null || key == null) {
            return null;
        }
        List<Integer> columns = keyPart.columns();
        @Nullable Object[] values = new Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.value(columns.get(i));
        }
        return key.encode(values);
    }

    /** @param columns indexes of the key's columns in the stream's rows; {@code encoder} makes an encoder of them for each task */
    public record KeyPart(List<Integer> columns, Supplier<Encoder> encoder) {
        public KeyPart {
            columns = List.copyOf(columns);
        }
    }
}
