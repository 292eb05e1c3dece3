package io.millrace.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.config.Environment;
import io.millrace.config.JobReader;
import io.millrace.config.JobSpec;
import io.millrace.engine.operator.Tally;
import io.millrace.plan.Planner;
import io.millrace.plan.SchemaCatalog;
import io.millrace.testing.TopologyRun;
import io.millrace.testing.WrittenRecord;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Runs a window of a YAML job over events, with a checkpoint, and so the watermark moved, after each of them. */
final class MillraceRun {
    static final String STEP = "per_window";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARTITIONS = 2;

    private final TopologyRun run;

    private MillraceRun(TopologyRun run) {
        this.run = run;
    }

    /**
     * @param window as in a job: {@code {tumbling: 10s}}
     * @param more further keys of the aggregate, a line each, or nothing
     */
    static Outcome of(List<Event> events, long lagMs, String window, String... more) {
        return of(events, lagMs, window, 0, more);
    }

    /** The same, thrown back to the last checkpoint at moments that {@code crashSeed} decides; 0 for never. */
    static Outcome of(List<Event> events, long lagMs, String window, long crashSeed, String... more) {
        String job = """
                job: conformance
                kafka: {bootstrap.servers: nowhere:1}
                sources:
                  events:
                    topic: events
                    format: json
                    schema: {k: STRING, u: STRING, amount: BIGINT, ts: BIGINT}
                    event.time: ts
                    watermark: {lag: %dms}
                steps:
                  - from: events
                  - aggregate:
                      name: %s
                      by: k
                      window: %s
                      values: {n: COUNT(*), total: SUM(amount), users: COUNT(DISTINCT u)}
                %s
                  - to: results
                sinks:
                  results: {topic: results, format: json, key: [k, window_start, window_end]}
                  late: {topic: late}
                """.formatted(
                        lagMs, STEP, window, String.join("\n", more).indent(6).stripTrailing());
        JobSpec spec = JobReader.read("conformance.yaml", job, Environment.ofProcess(Path.of("")));
        Random crashes = new Random(crashSeed);
        try (TopologyRun run =
                new TopologyRun(Planner.plan(spec, SchemaCatalog.none()).topology(), PARTITIONS, 0)) {
            boolean first = true;
            for (Event event : events) {
                // One partition only: the other engine's watermark comes from one stream too. The second stays empty
                // and idle.
                run.send(WrittenRecord.of(
                        "events",
                        0,
                        0,
                        event.key().getBytes(UTF_8),
                        event.json().getBytes(UTF_8)));
                run.settle();
                if (first) {
                    run.elapse(60_000);
                    first = false;
                }
                if (crashSeed != 0 && crashes.nextInt(20) == 0) {
                    run.crash();
                }
            }
            run.end();
            return new MillraceRun(run).outcome();
        }
    }

    private Outcome outcome() {
        List<WindowResult> results = new ArrayList<>();
        for (WrittenRecord record : run.written("results")) {
            if (record.value() != null) {
                results.add(result(record.value()));
            }
        }
        List<String> late = run.written("late").stream()
                .map(record -> new String(Objects.requireNonNull(record.value()), UTF_8))
                .toList();
        return new Outcome(
                results,
                late,
                run.count(Tally.Kind.ON_TIME, STEP),
                run.count(Tally.Kind.CORRECTED, STEP),
                run.count(Tally.Kind.LATE, STEP));
    }

    private static WindowResult result(byte[] value) {
        JsonNode json = json(value);
        return new WindowResult(
                json.get("k").asText(),
                millis(json.get("window_start")),
                millis(json.get("window_end")),
                json.get("n").asLong(),
                json.get("total").asLong(),
                json.get("users").asLong());
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long millis(JsonNode time) {
        return time.isNumber() ? time.asLong() : Instant.parse(time.asText()).toEpochMilli();
    }

    /** @param late the values of the records that came too late, as they were read */
    record Outcome(List<WindowResult> results, List<String> late, long onTime, long corrected, long lateRows) {
        Outcome {
            results = Collections.unmodifiableList(results);
        }
    }
}
