package io.millrace.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file to which each run adds a line, so that runs of different days can be compared. */
final class JsonLines {
    private final Path file;
    private final String startedAt;
    private final Options options;

    /** @param startedAt ISO-8601, the same for all lines of one invocation */
    JsonLines(Path file, String startedAt, Options options) {
        this.file = file;
        this.startedAt = startedAt;
        this.options = options;
    }

    void add(Result result) {
        StringWriter line = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("started_at", startedAt);
            out.writeStringField("java", Runtime.version().toString());
            out.writeNumberField("cores", Runtime.getRuntime().availableProcessors());
            out.writeNumberField("records", options.records());
            out.writeNumberField("commit_ms", options.commitMs());
            out.writeNumberField("keys", options.keys());
            out.writeNumberField("seed", options.seed());
            out.writeStringField("heap", options.heap());
            out.writeNumberField("grace_ms", options.graceMs());
            out.writeStringField("work", result.work().letter());
            out.writeStringField("engine", result.engine().label());
            out.writeNumberField("run", result.run());
            span(out, result.span());
            out.writeBooleanField("output_right", result.verdict().right());
            out.writeNumberField("output_records", result.verdict().records());
            out.writeStringField("output", result.verdict().text());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static void span(JsonGenerator out, Span span) throws IOException {
        out.writeBooleanField("warm", span.warm());
        out.writeNumberField("span_records", span.records());
        out.writeNumberField("span_wall_ms", span.wallNs() / 1_000_000);
        out.writeNumberField("span_cpu_ms", span.cpuNs() / 1_000_000);
        out.writeNumberField("span_broker_cpu_ms", span.brokerCpuNs() / 1_000_000);
        out.writeNumberField("whole_cpu_ms", span.wholeCpuNs() / 1_000_000);
        out.writeNumberField("whole_wall_ms", span.wholeWallNs() / 1_000_000);
        out.writeNumberField("events_per_second", Math.round(span.eventsPerSecond()));
        out.writeNumberField("cpu_seconds_per_million", span.cpuSecondsPerMillion());
    }
}
