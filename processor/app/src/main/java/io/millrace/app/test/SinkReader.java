package io.millrace.app.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.app.test.SinkRow.Cell;
import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.LateRows;
import io.millrace.plan.Plan;
import io.millrace.serde.Column;
import io.millrace.serde.Decoder;
import io.millrace.serde.Format;
import io.millrace.serde.Formats;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import io.millrace.testing.WrittenRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the records of one topic that a job writes. */
final class SinkReader {
    private final String topic;
    private final List<Layout> layouts;
    private final Function<WrittenRecord, @Nullable Layout> layoutOf;

    private record Layout(RowType columns, Decoder decoder) {}

    private SinkReader(String topic, List<Layout> layouts, Function<WrittenRecord, @Nullable Layout> layoutOf) {
        this.topic = topic;
        this.layouts = List.copyOf(layouts);
        this.layoutOf = layoutOf;
    }

    /** What tests can expect something of, by name: the sinks and the dead-letter topic. */
    static Map<String, SinkReader> all(Plan plan, SchemaRegistry registry) {
        Map<String, SinkReader> readers = new LinkedHashMap<>();
        for (JobSpec.Sink sink : plan.job().sinks()) {
            RowType columns = plan.sinkColumns().get(sink.name().value());
            String topic = sink.topic().value();
            readers.put(
                    sink.name().value(),
                    columns == null
                            ? ofRecords(topic, plan, registry)
                            : ofRows(topic, layout(sink.format(), topic, columns, registry)));
        }
        Text deadLetters = plan.job().errors().deadLetterTopic();
        if (deadLetters != null) {
            readers.put(deadLetters.value(), new SinkReader(deadLetters.value(), List.of(), record -> null));
        }
        return readers;
    }

    private static SinkReader ofRows(String topic, Layout layout) {
        return new SinkReader(topic, List.of(layout), record -> layout);
    }

    /** Late records are as they were read: laid out like the source that their header names. */
    private static SinkReader ofRecords(String topic, Plan plan, SchemaRegistry registry) {
        Map<String, Layout> byTopic = new LinkedHashMap<>();
        for (JobSpec.Source source : plan.job().sources()) {
            RowType columns = plan.sourceColumns().get(source.name().value());
            if (columns == null) {
                continue;
            }
            for (Text read : source.topics()) {
                byTopic.put(read.value(), layout(source.format(), read.value(), columns, registry));
            }
        }
        return new SinkReader(topic, new ArrayList<>(byTopic.values()), record -> {
            byte[] origin = record.header(LateRows.TOPIC_HEADER);
            return origin == null ? null : byTopic.get(new String(origin, UTF_8));
        });
    }

    private static Layout layout(Text format, String topic, RowType columns, SchemaRegistry registry) {
        return new Layout(
                columns, Formats.of(format.value()).decoder(new Format.Place(topic, false, registry), columns));
    }

    String topic() {
        return topic;
    }

    /** The columns that its rows can have. */
    Map<String, Column> columns() {
        Map<String, Column> columns = new LinkedHashMap<>();
        for (Layout layout : layouts) {
            layout.columns().columns().forEach(column -> columns.putIfAbsent(column.name(), column));
        }
        return columns;
    }

    SinkRow read(WrittenRecord record) {
        Layout layout = layoutOf.apply(record);
        byte[] value = record.value();
        Map<String, Cell> cells = new LinkedHashMap<>();
        if (layout != null && value != null) {
            @Nullable Object[] values = layout.decoder().decode(value);
            for (int i = 0; i < values.length; i++) {
                Column column = layout.columns().column(i);
                cells.put(column.name(), new Cell(column.type(), values[i]));
            }
        }
        return SinkRow.of(record, cells);
    }
}
