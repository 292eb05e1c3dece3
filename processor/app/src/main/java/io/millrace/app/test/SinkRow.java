package io.millrace.app.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.TestCase;
import io.millrace.config.TestUpdate;
import io.millrace.config.TestValue;
import io.millrace.config.Text;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.sink.SinkOperator;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.testing.WrittenRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A record that the job wrote: its columns, and under names that begin with a dollar sign what else there is to it. */
record SinkRow(Map<String, Cell> columns, Map<String, @Nullable Object> record) {
    static final String HEADERS = "$headers";
    private static final String VALUE = "$value";

    /** What can be asked of any record. */
    static final Map<String, DataType> OF_RECORDS = Map.of(
            "$key",
            Scalar.STRING,
            VALUE,
            Scalar.STRING,
            "$timestamp",
            Scalar.TIMESTAMP_LTZ,
            "$result",
            Scalar.STRING,
            HEADERS,
            new DataType.MapOf(Scalar.STRING, Scalar.STRING));

    record Cell(DataType type, @Nullable Object value) {}

    static SinkRow of(WrittenRecord record, Map<String, Cell> columns) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (RecordHeader header : record.headers()) {
            headers.put(header.key(), String.valueOf(text(header.value())));
        }
        Map<String, @Nullable Object> rest = new LinkedHashMap<>();
        rest.put("$key", text(record.key()));
        rest.put(VALUE, text(record.value()));
        rest.put("$timestamp", record.timestampMs());
        rest.put("$result", headers.get(SinkOperator.RESULT_HEADER));
        rest.put(HEADERS, headers);
        return new SinkRow(columns, rest);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    /** Whether the row has what is written; what is not written may be anything. */
    boolean matches(Map<Text, TestValue> written, TypedValues values) {
        return differing(written, values).isEmpty();
    }

    /** Those of the written columns that the row has otherwise. */
    List<Text> differing(Map<Text, TestValue> written, TypedValues values) {
        List<Text> differing = new ArrayList<>();
        written.forEach((name, value) -> {
            if (!matches(name.value(), value, values)) {
                differing.add(name);
            }
        });
        return differing;
    }

    private boolean matches(String name, TestValue written, TypedValues values) {
        Cell cell = cell(name);
        if (cell == null) {
            return false;
        }
        if (name.equals(HEADERS) && written instanceof TestValue.Named named && cell.value() instanceof Map<?, ?> has) {
            // Of the headers, as of a record, only what is written counts.
            return named.entries().entrySet().stream()
                    .allMatch(header -> values.matches(
                            header.getValue(),
                            Scalar.STRING,
                            has.get(header.getKey().value())));
        }
        return values.matches(written, cell.type(), cell.value());
    }

    private @Nullable Cell cell(String name) {
        Cell column = columns.get(name);
        DataType ofRecord = OF_RECORDS.get(name);
        return column == null && ofRecord != null ? new Cell(ofRecord, record.get(name)) : column;
    }

    /** What a test asks for, as it would write it; all that says something if it asks for nothing. */
    String show(Interest interest, TypedValues values) {
        List<String> entries = new ArrayList<>();
        for (String name : interest.columns().isEmpty() ? telling() : interest.columns()) {
            entries.add(TestUpdate.word(name) + ": " + show(name, interest, values));
        }
        return "{" + String.join(", ", entries) + "}";
    }

    String show(String name, Interest interest, TypedValues values) {
        Cell cell = cell(name);
        if (cell == null) {
            return "null";
        }
        Object value = cell.value();
        if (name.equals(HEADERS) && value instanceof Map<?, ?> all) {
            Map<Object, Object> headers = new LinkedHashMap<>(all);
            headers.keySet().retainAll(interest.headers());
            value = headers;
        }
        return values.show(cell.type(), value);
    }

    private Collection<String> telling() {
        return columns.isEmpty() ? List.of("$key", VALUE) : columns.keySet();
    }

    /** What the expected rows of a sink name, in the order in which they first do. */
    record Interest(Set<String> columns, Set<String> headers) {
        static Interest of(List<TestCase.Row> expected) {
            Interest interest = new Interest(new LinkedHashSet<>(), new LinkedHashSet<>());
            for (TestCase.Row row : expected) {
                row.columns().forEach((name, value) -> {
                    interest.columns.add(name.value());
                    if (name.value().equals(HEADERS) && value instanceof TestValue.Named named) {
                        named.entries().keySet().forEach(header -> interest.headers.add(header.value()));
                    }
                });
            }
            return interest;
        }
    }
}
