package io.millrace.engine.operator.sink;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordTooLargeException;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes each row as a record: its columns as the value, some of them as the key. A DELETE becomes a tombstone. */
public final class SinkOperator implements Operator {
    /** Says of a result whether more may follow for its window: {@code early}, {@code final} or {@code corrected}. */
    public static final String RESULT_HEADER = "millrace.result";

    private static final List<List<RecordHeader>> HEADERS =
            Arrays.stream(Finality.values()).map(SinkOperator::headers).toList();

    private final String sink;
    private final String topic;
    private final Encoder value;
    private final @Nullable KeyPart keyPart;
    private final @Nullable Encoder key;
    private final boolean marksResults;
    private final OperatorContext context;
    private final Tally written;

    private SinkOperator(
            String sink,
            String topic,
            Encoder value,
            @Nullable KeyPart keyPart,
            boolean marksResults,
            OperatorContext context) {
        this.sink = sink;
        this.topic = topic;
        this.value = value;
        this.keyPart = keyPart;
        this.key = keyPart == null ? null : keyPart.encoder().get();
        this.marksResults = marksResults;
        this.context = context;
        this.written = context.tally(Tally.Kind.RECORDS_OUT, sink);
    }

    /**
     * @param value makes an encoder of the stream's columns for each task
     * @param key null to write records without a key
     */
    public static OperatorFactory of(String sink, String topic, Supplier<Encoder> value, @Nullable KeyPart key) {
        return of(sink, topic, value, key, false);
    }

    /** @param marksResults whether records of results whose finality is known have the header {@link #RESULT_HEADER} */
    public static OperatorFactory of(
            String sink, String topic, Supplier<Encoder> value, @Nullable KeyPart key, boolean marksResults) {
        return context -> new SinkOperator(sink, topic, value.get(), key, marksResults, context);
    }

    private static List<RecordHeader> headers(Finality finality) {
        return finality == Finality.UNSAID
                ? List.of()
                : List.of(new RecordHeader(
                        RESULT_HEADER, finality.name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8)));
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
            List<RecordHeader> headers =
                    marksResults ? HEADERS.get(row.finality().code()) : List.of();
            context.sender().send(topic, -1, row.timeMs(), keyBytes, valueBytes, headers);
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
