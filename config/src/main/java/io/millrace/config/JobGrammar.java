package io.millrace.config;

import io.millrace.config.Shape.Fields;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The job language as data: every key with its form, its default and its meaning, in the order in which a job is read. */
final class JobGrammar {
    static final List<String> FORMATS = List.of("json", "avro", "string", "bytes");

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    /** Ten years: longer than any window or delay that is meant. */
    private static final Duration TEN_YEARS = Duration.ofDays(3650);

    private static final ScalarType NAME_TYPE = new ScalarType.Formed(
            "a name of letters, digits and _, not starting with a digit", "[A-Za-z_][A-Za-z0-9_]{0,99}", false);
    private static final Shape.Scalar NAME = new Shape.Scalar(NAME_TYPE);
    private static final Shape.Scalar JOB_NAME =
            formed("1 to 100 letters, digits, '.', '_' and '-'", "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,100}", true);
    private static final Shape.Scalar TOPIC = formed(
            "a topic name: letters, digits, '.', '_' and '-', at most 249", "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}", true);
    private static final Shape.Scalar STORE_NAME =
            formed("a name of small letters, digits and _, starting with a letter", "[a-z][a-z0-9_]{0,99}", false);
    private static final Shape.Scalar ADDRESS = formed(
            "host:port, or :8080 for this machine only",
            "(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]*):([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])",
            false);
    private static final Shape.Scalar COLUMN = free("a column");
    private static final Shape.Scalar EXPRESSION = free("an expression");
    private static final Shape.Scalar PATH = free("a path");
    private static final Shape.Scalar FORMAT = choice(FORMATS);
    private static final Shape COLUMNS = new Shape.OneOrMany(COLUMN);
    private static final Shape ASSIGNMENTS = named("a mapping of columns to expressions", EXPRESSION);

    static final Fields WATERMARK = fields(
            "a mapping with lag and idle",
            optional(
                    "lag",
                    duration(Duration.ZERO),
                    "0s",
                    "How far behind the largest event time of a partition its watermark stays."),
            optional(
                    "idle",
                    duration(MILLISECOND),
                    "30s",
                    "After how long without records a partition no longer holds time back."));

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

    static final Fields WINDOW = new Fields(
            "a mapping such as {tumbling: 1m}",
            "key",
            List.of(
                    optional("tumbling", duration(MILLISECOND), null, "Windows of this size, one after the other."),
                    optional("hopping", duration(MILLISECOND), null, "Overlapping windows of this size."),
                    optional(
                            "every",
                            duration(MILLISECOND),
                            null,
                            "How far apart hopping windows start; the size is a multiple of it."),
                    optional(
                            "offset",
                            new Shape.Scalar(new ScalarType.Lasting(null, TEN_YEARS, "s")),
                            "0s",
                            "Shifts the windows' starts from the epoch, by less than their size.")),
            List.of("tumbling", "hopping"),
            Map.of("hopping", "every", "every", "hopping"));

    static final Fields LATE = fields(
            "a mapping such as {accept: 5m}",
            required("accept", duration(Duration.ZERO), "How long after its end a window still takes rows."));

    static final Fields AGGREGATE = fields(
            "a mapping that describes an aggregate",
            required("name", STORE_NAME, "Names the store, for ever: under another name the aggregate starts empty."),
            optional("by", COLUMNS, null, "The columns to group by; without it everything is one group."),
            optional(
                    "window",
                    new Shape.Either(choice(List.of("none")), WINDOW),
                    "none",
                    "The windows of event time to group by; none is a running aggregate."),
            required("values", ASSIGNMENTS, "The result's columns, each an aggregate expression."),
            optional(
                    "emit",
                    choice(List.of("final", "updates")),
                    null,
                    "When results come: final once per window, as it closes (the default of windows); updates with every row (the default of running aggregates)."),
            optional("late", LATE, null, "What becomes of rows that come after their window's end."));

    static final Fields BRANCH = new Fields(
            "a mapping such as {when: amount > 10, to: review} or {else: rest}",
            "key",
            List.of(
                    optional("when", EXPRESSION, null, "Which of the rows that no branch before has taken go here."),
                    optional("to", NAME, null, "A sink, or a new stream's name."),
                    optional("else", NAME, null, "A sink or a new stream's name for all other rows; the last branch.")),
            List.of("when", "else"),
            Map.of("when", "to", "to", "when"));

    static final Fields STEP = verbs(
            optional(
                    "from",
                    NAME,
                    null,
                    "Starts a pipeline from a source or a named stream; may be left out when there is one source."),
            optional("filter", EXPRESSION, null, "Keeps the rows for which the expression is true."),
            optional("set", ASSIGNMENTS, null, "Adds or replaces columns."),
            optional("drop", COLUMNS, null, "Removes columns."),
            optional("map", ASSIGNMENTS, null, "Replaces the whole row."),
            optional("as", NAME, null, "Names the stream here, for later from steps."),
            optional(
                    "route",
                    new Shape.ListOf(BRANCH),
                    null,
                    "Hands each row to the first branch whose condition is true; ends the pipeline."),
            optional("key", COLUMNS, null, "Distributes the stream by these columns."),
            optional("aggregate", AGGREGATE, null, "Groups and aggregates."),
            optional("to", NAME, null, "Writes the stream to a sink; the pipeline may go on."));

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
                    "Where tolerated records go; without it they are counted and dropped."));

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
            optional("state", STATE, null, "Where and in how much memory state is kept."),
            optional("admin", ADMIN, null, "The admin server: health, metrics and status; none by default."));

    static final Fields JOB = fields(
            "a mapping with job, kafka, sources, steps and sinks",
            required("job", JOB_NAME, "Names the job: its consumer group, its internal topics, its state directory."),
            required(
                    "kafka",
                    kafka(),
                    "Properties for the Kafka clients, unchanged; a prefix consumer., producer. or admin. gives one to that client only."),
            required(
                    "sources",
                    new Shape.Sections("a mapping of names to sources", NAME_TYPE, SOURCE),
                    "What the job reads, by name."),
            required("steps", new Shape.ListOf(STEP), "What the job does, in order; each item is one step."),
            optional(
                    "sinks",
                    new Shape.Sections("a mapping of names to sinks", NAME_TYPE, SINK),
                    null,
                    "What the job writes, by name."),
            optional("errors", ERRORS, null, "What happens to a record that cannot be processed."),
            optional("runtime", RUNTIME, null, "How the job runs in this process."));

    private JobGrammar() {}

    private static Shape kafka() {
        return new Shape.Named(
                "a mapping of Kafka properties",
                new Shape.Scalar(new ScalarType.Free("a single value", true)),
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

    private static Shape.Key required(String name, Shape shape, String meaning) {
        return new Shape.Key(name, shape, true, null, meaning);
    }

    private static Shape.Key optional(String name, Shape shape, @Nullable String value, String meaning) {
        return new Shape.Key(name, shape, false, value, meaning);
    }

    private static Fields fields(String what, Shape.Key... keys) {
        return new Fields(what, "key", List.of(keys), List.of(), Map.of());
    }

    private static Fields verbs(Shape.Key... keys) {
        List<String> names = Arrays.stream(keys).map(Shape.Key::name).toList();
        return new Fields("a mapping such as 'filter: amount > 10'", "step", List.of(keys), names, Map.of());
    }

    private static Shape named(String what, Shape.Scalar value) {
        return new Shape.Named(what, value, List.of(), Map.of());
    }

    private static Shape.Scalar free(String what) {
        return new Shape.Scalar(new ScalarType.Free(what, false));
    }

    private static Shape.Scalar formed(String what, String pattern, boolean mayBeNumber) {
        return new Shape.Scalar(new ScalarType.Formed(what, pattern, mayBeNumber));
    }

    private static Shape.Scalar choice(List<String> words) {
        return new Shape.Scalar(new ScalarType.Choice(words));
    }

    private static Shape.Scalar duration(Duration least) {
        return new Shape.Scalar(new ScalarType.Lasting(least, TEN_YEARS, "s"));
    }
}
