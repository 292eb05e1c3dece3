package io.millrace.config;

import static io.millrace.config.Shapes.ADDRESS;
import static io.millrace.config.Shapes.COLUMNS;
import static io.millrace.config.Shapes.EXPRESSION;
import static io.millrace.config.Shapes.FORMAT;
import static io.millrace.config.Shapes.JOB_NAME;
import static io.millrace.config.Shapes.MILLISECOND;
import static io.millrace.config.Shapes.NAME_TYPE;
import static io.millrace.config.Shapes.PATH;
import static io.millrace.config.Shapes.TOPIC;
import static io.millrace.config.Shapes.choice;
import static io.millrace.config.Shapes.duration;
import static io.millrace.config.Shapes.fields;
import static io.millrace.config.Shapes.free;
import static io.millrace.config.Shapes.named;
import static io.millrace.config.Shapes.optional;
import static io.millrace.config.Shapes.required;

import io.millrace.config.Shape.Fields;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The job language as data: every key with its form, its default and its meaning, in the order in which a job is read. */
final class JobGrammar {
    static final Fields WATERMARK = fields(
            "a mapping with lag, idle and drift",
            optional(
                    "lag",
                    duration(Duration.ZERO),
                    "0s",
                    "How far behind the largest event time of a partition its watermark stays."),
            optional(
                    "idle",
                    duration(MILLISECOND),
                    "30s",
                    "After how long without records a partition no longer holds time back."),
            optional(
                    "drift",
                    duration(MILLISECOND),
                    "5m",
                    "How far a partition may run ahead, in event time, of the slowest other input of its task before it is paused."));

    static final Fields SOURCE = new Fields(
            "a mapping that describes a source",
            "key",
            List.of(
                    optional("topic", TOPIC, null, "The topic to read."),
                    optional(
                            "topics",
                            new Shape.ListOf(TOPIC),
                            null,
                            "Several topics of one layout to read, in place of topic."),
                    optional("format", FORMAT, "json", "How the records' values are encoded."),
                    optional(
                            "schema",
                            named("a mapping of columns to types", free("a type")),
                            null,
                            "The columns and their SQL types; needed for json, where nothing else says them."),
                    optional(
                            "event.time",
                            EXPRESSION,
                            null,
                            "The column or expression that says when it happened; the record's timestamp by default."),
                    optional("watermark", WATERMARK, null, "How far time trails behind the records.")),
            List.of("topic", "topics"),
            Map.of());

    static final Fields SINK = fields(
            "a mapping that describes a sink",
            required("topic", TOPIC, "The topic to write."),
            optional("format", FORMAT, "json", "How the records' values are encoded."),
            optional("key", COLUMNS, null, "The columns of the record's key; no key by default."),
            optional(
                    "key.format",
                    FORMAT,
                    null,
                    "How the key is encoded; string for one column by default, else the format."));

    static final Fields ERRORS = fields(
            "a mapping",
            optional(
                    "tolerance",
                    choice(List.of("none", "all")),
                    "none",
                    "Whether the job stops at a record that it cannot process (none) or goes on (all)."),
            optional(
                    "deadletterqueue.topic.name",
                    TOPIC,
                    null,
                    "Where tolerated records go; without it they are counted and dropped."),
            optional(
                    "on.data.loss",
                    choice(List.of("fail", "continue")),
                    "fail",
                    "Whether the job stops when input was deleted before it was read (fail) or goes on with what is there (continue)."));

    static final Fields STATE = fields(
            "a mapping with dir and memory",
            optional(
                    "dir",
                    PATH,
                    ".millrace",
                    "The directory for this job's state, below the working directory unless absolute."),
            optional(
                    "memory",
                    new Shape.Scalar(new ScalarType.Sized(16L << 20)),
                    "256MB",
                    "The memory of all stores of this process together: caches and write buffers."));

    static final Fields ADMIN = fields(
            "a mapping with listen",
            required(
                    "listen",
                    ADDRESS,
                    "Where the admin server listens; :8080 is 127.0.0.1:8080, port 0 is any free port."));

    static final Fields RUNTIME = fields(
            "a mapping",
            optional(
                    "workers",
                    new Shape.Scalar(new ScalarType.Whole(1, 256)),
                    null,
                    "Threads that process records; by default as many as there are cores."),
            optional(
                    "checkpoint.interval",
                    new Shape.Scalar(new ScalarType.Lasting(Duration.ofMillis(10), Duration.ofMinutes(1), "ms")),
                    "100ms",
                    "How often state, results and offsets are committed together."),
            optional(
                    "standbys",
                    new Shape.Scalar(new ScalarType.Whole(0, 8)),
                    "0",
                    "How many other instances keep a copy of each task's state up to date, to take it over at once."),
            optional("state", STATE, null, "Where and in how much memory state is kept."),
            optional("admin", ADMIN, null, "The admin server: health, metrics and status; none by default."),
            optional(
                    "plugin.path",
                    PATH,
                    "plugins",
                    "The directory of the classes that process steps name: jars, and directories of jars."));

    static final Fields JOB = fields(
            "a mapping with job, kafka, sources, steps and sinks",
            required("job", JOB_NAME, "Names the job: its consumer group, its internal topics, its state directory."),
            optional(
                    "time.zone",
                    new Shape.Scalar(new ScalarType.Zone()),
                    "UTC",
                    "Where the job's days and hours begin: windows over instants align to it, and casts to and from local time go by it."),
            required(
                    "kafka",
                    kafka(),
                    "Properties for the Kafka clients, unchanged; a prefix consumer., producer. or admin. gives one to that client only."),
            required(
                    "sources",
                    new Shape.Sections("a mapping of names to sources", NAME_TYPE, SOURCE),
                    "What the job reads, by name."),
            required(
                    "steps", new Shape.ListOf(StepGrammar.STEP), "What the job does, in order; each item is one step."),
            optional(
                    "sinks",
                    new Shape.Sections("a mapping of names to sinks", NAME_TYPE, SINK),
                    null,
                    "What the job writes, by name."),
            optional("errors", ERRORS, null, "What happens to a record that cannot be processed."),
            optional("runtime", RUNTIME, null, "How the job runs in this process."),
            optional(
                    "tests",
                    new Shape.ListOf(new Shape.Open("a mapping that describes a test")),
                    null,
                    "What the job is expected to make of given records; read by the test command only."));

    private JobGrammar() {}

    private static Shape kafka() {
        return new Shape.Named(
                "a mapping of Kafka properties",
                Shapes.ANYTHING,
                List.of(required(
                        "bootstrap.servers", free("host:port, several with commas"), "The brokers to start from.")),
                ownedProperties());
    }

    private static Map<String, String> ownedProperties() {
        String format = "formats belong to sources and sinks: format: avro";
        String commit = "offsets are committed in the transaction that also holds their results";
        String membership = "Millrace places its tasks itself";
        Map<String, String> owned = new LinkedHashMap<>();
        owned.put("group.id", "it is the job's name, see job:");
        owned.put("transactional.id", "each worker has its own, made from the job's name");
        owned.put("isolation.level", "it is read_committed, or results that were taken back would be read");
        owned.put("enable.auto.commit", commit);
        owned.put("auto.commit.interval.ms", commit + "; see runtime: checkpoint.interval");
        owned.put("enable.idempotence", "it is on, transactions need it");
        owned.put("key.serializer", format);
        owned.put("value.serializer", format);
        owned.put("key.deserializer", format);
        owned.put("value.deserializer", format);
        owned.put("partition.assignment.strategy", membership);
        owned.put("group.protocol", membership);
        owned.put("group.instance.id", "each worker has its own");
        owned.put("auto.offset.reset", "a job without committed offsets starts at the earliest record");
        Map<String, String> all = new LinkedHashMap<>(owned);
        for (String prefix : List.of("consumer.", "producer.", "admin.")) {
            owned.forEach((key, reason) -> all.put(prefix + key, reason));
        }
        return all;
    }
}
