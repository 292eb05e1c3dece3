package io.millrace.app.test;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.config.DidYouMean;
import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.TestCase;
import io.millrace.config.TestValue;
import io.millrace.config.Text;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.task.JobFailedException;
import io.millrace.plan.Plan;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format;
import io.millrace.serde.Formats;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import io.millrace.testing.TopologyRun;
import io.millrace.testing.WrittenRecord;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A test that fits its job: what is given is bytes, and what is expected has the columns that are written. */
final class TestSetup {
    private final Plan plan;
    private final TestCase test;
    private final SchemaRegistry registry;
    private final Consumer<Problem> problems;
    private final Map<String, SinkReader> readers;
    private final Map<String, Encoder> encoders = new HashMap<>();
    private final TypedValues values;
    private final long startMs;
    private final List<Consumer<TopologyRun>> steps = new ArrayList<>();
    private long nowMs;

    /** @param problems takes what does not fit; a test with any cannot be run */
    TestSetup(Plan plan, TestCase test, SchemaRegistry registry, Consumer<Problem> problems) {
        this.plan = plan;
        this.test = test;
        this.registry = registry;
        this.problems = problems;
        this.readers = SinkReader.all(plan, registry);
        this.values = new TypedValues(test.date());
        this.startMs = test.date().atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
        this.nowMs = startMs;
        test.given().forEach(this::given);
        test.expect().forEach(this::expect);
    }

    // ---- what is given

    private void given(TestCase.Given given) {
        JobSpec.Source source = plan.job().sources().stream()
                .filter(known -> known.name().value().equals(given.source().value()))
                .findFirst()
                .orElse(null);
        if (source == null) {
            List<String> names = plan.job().sources().stream()
                    .map(known -> known.name().value())
                    .toList();
            unknown(given.source(), "no source '" + given.source().value() + "' in this job", names, "its sources");
            return;
        }
        RowType columns = plan.sourceColumns().get(source.name().value());
        if (columns == null) {
            error(given.source(), "no step of this job reads '" + given.source().value() + "'", null);
            return;
        }
        try {
            given(given, source, columns);
        } catch (TypedValues.MisfitException e) {
            error(e.at(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    private void given(TestCase.Given given, JobSpec.Source source, RowType columns) {
        String name = source.name().value();
        if (given instanceof TestCase.Watermark watermark) {
            long timeMs = values.instant(watermark.time());
            steps.add(run -> run.watermark(name, timeMs));
        } else if (given instanceof TestCase.Elapse elapse) {
            long elapsedMs = elapse.duration().toMillis();
            nowMs += elapsedMs;
            steps.add(run -> run.elapse(elapsedMs));
        } else if (given instanceof TestCase.Raw raw) {
            send(source, nowMs, null, raw.value().value().getBytes(UTF_8), List.of());
        } else if (given instanceof TestCase.GivenRow row) {
            send(source, nowMs, null, encoded(row.row(), source, columns), List.of());
        } else {
            message((TestCase.Message) given, source, columns);
        }
    }

    private void message(TestCase.Message message, JobSpec.Source source, RowType columns) {
        List<RecordHeader> headers = new ArrayList<>();
        message.headers()
                .forEach((header, value) -> headers.add(
                        new RecordHeader(header.value(), value.value().getBytes(UTF_8))));
        Text timestamp = message.timestamp();
        Text key = message.key();
        TestCase.Row row = message.value();
        send(
                source,
                timestamp == null ? nowMs : values.instant(timestamp),
                key == null ? null : key.value().getBytes(UTF_8),
                row == null ? null : encoded(row, source, columns),
                headers);
    }

    private void send(
            JobSpec.Source source,
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        String topic = source.topics().get(0).value();
        WrittenRecord record =
                WrittenRecord.of(topic, 0, timestampMs, key, value).with(headers);
        steps.add(run -> {
            run.send(record);
            // At once, so that what comes next is judged by the watermark that this one brings.
            run.settle();
        });
    }

    private byte @Nullable [] encoded(TestCase.Row row, JobSpec.Source source, RowType columns) {
        @Nullable Object[] cells = new @Nullable Object[columns.size()];
        boolean valid = true;
        for (Map.Entry<Text, TestValue> entry : row.columns().entrySet()) {
            Text name = entry.getKey();
            int place = columns.indexOf(name.value());
            if (place < 0) {
                String where = "'" + source.name().value() + "'";
                unknown(name, "no column '" + name.value() + "' in " + where, columns.names(), where + " has");
                valid = false;
            } else {
                cells[place] =
                        values.read(entry.getValue(), columns.column(place).type());
            }
        }
        if (!valid) {
            return null;
        }
        try {
            return encoders.computeIfAbsent(source.name().value(), first -> encoder(source, columns))
                    .encode(cells);
        } catch (EncodeException | IllegalArgumentException e) {
            error(row.at(), String.valueOf(e.getMessage()), null);
            return null;
        }
    }

    private Encoder encoder(JobSpec.Source source, RowType columns) {
        Format.Place place = new Format.Place(source.topics().get(0).value(), false, registry);
        return Formats.of(source.format().value()).encoder(place, columns);
    }

    // ---- what is expected

    private void expect(Text sink, List<TestCase.Row> rows) {
        SinkReader reader = readers.get(sink.value());
        if (reader == null) {
            unknown(sink, "no sink '" + sink.value() + "' in this job", readers.keySet(), "rows can be expected in");
            return;
        }
        Map<String, Column> columns = reader.columns();
        for (TestCase.Row row : rows) {
            row.columns().forEach((name, value) -> expectColumn(sink, columns, name, value));
        }
    }

    private void expectColumn(Text sink, Map<String, Column> columns, Text name, TestValue value) {
        Column column = columns.get(name.value());
        DataType type = column == null ? SinkRow.OF_RECORDS.get(name.value()) : column.type();
        if (type == null) {
            List<String> names = new ArrayList<>(columns.keySet());
            SinkRow.OF_RECORDS.keySet().stream().sorted().forEach(names::add);
            unknown(
                    name,
                    "no column '" + name.value() + "' in '" + sink.value() + "'",
                    names,
                    "'" + sink.value() + "' has");
            return;
        }
        try {
            Object ignored = values.read(value, type);
        } catch (TypedValues.MisfitException e) {
            error(e.at(), String.valueOf(e.getMessage()), e.hint());
        }
    }

    private void unknown(Text at, String message, Collection<String> known, String knownAre) {
        problems.accept(new Problem(
                Problem.Severity.ERROR,
                at.at(),
                at.length(),
                message,
                DidYouMean.hint(at.value(), known),
                known.isEmpty() ? List.of() : List.of(knownAre + ": " + String.join(", ", known))));
    }

    private void error(Text at, String message, @Nullable String hint) {
        problems.accept(Problem.error(at.at(), at.length(), message, hint));
    }

    // ---- the run

    /** Runs it. To be called only if no problem was found. */
    TestOutcome run() {
        Map<String, List<SinkRow>> written = new LinkedHashMap<>();
        String failure = null;
        try (TopologyRun run = new TopologyRun(plan.topology(), 1, startMs)) {
            failure = play(run);
            readers.forEach((name, reader) -> written.put(
                    name, run.written(reader.topic()).stream().map(reader::read).toList()));
        }
        return TestOutcome.of(test, values, failure, written);
    }

    private @Nullable String play(TopologyRun run) {
        try {
            steps.forEach(step -> step.accept(run));
            if (test.end()) {
                run.end();
            }
            return null;
        } catch (JobFailedException e) {
            return e.getMessage();
        }
    }
}
