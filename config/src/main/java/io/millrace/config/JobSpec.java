package io.millrace.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it was written, grammatically right and with every default filled in; whether its columns and streams exist is the
 * planner's to say. Maps keep the file's order. {@code Text} is used for whatever a later error may have to point at.
 *
 * @param name group.id, prefix of transactional ids and internal topics, and the state directory's name
 * @param timeZone an IANA name or an offset, {@code Europe/Berlin}, {@code +02:00}: where windows over instants align, and what
 *     casts between TIMESTAMP and TIMESTAMP_LTZ go by; {@code UTC} by default
 * @param kafka properties for the Kafka clients, in the file's words (a prefix {@code consumer.} etc. is kept); secrets included
 */
public record JobSpec(
        Text name,
        Text timeZone,
        Map<String, String> kafka,
        List<Source> sources,
        List<Step> steps,
        List<Sink> sinks,
        Errors errors,
        Runtime runtime) {

    /**
     * A topic, or several of one layout, to read.
     *
     * @param topics at least one
     * @param format {@code json}, {@code avro}, {@code string}, {@code bytes}
     * @param schema column name to SQL type text; empty where the format brings its own (avro: registry, string, bytes)
     * @param eventTime a column or an expression, or null for the record's timestamp
     * @param lag how far behind the largest event time the watermark stays; default 0
     * @param idle after how long a silent partition no longer holds time back; default 30 s
     * @param drift how far a partition may run ahead of the slowest other input of its task in event time; default 5 min
     */
    public record Source(
            Text name,
            List<Text> topics,
            Text format,
            Map<Text, Text> schema,
            @Nullable Text eventTime,
            Duration lag,
            Duration idle,
            Duration drift) {}

    /**
     * A topic to write.
     *
     * @param formatWritten whether the file says the format, so that it is not the default
     * @param key the columns of the record's key, in order; empty for no key of its own
     * @param keyFormat null for the default: {@code string} for one column, else the sink's format
     */
    public record Sink(
            Text name,
            Text topic,
            Text format,
            boolean formatWritten,
            List<Text> key,
            @Nullable Text keyFormat) {}

    /** One entry of the pipeline. {@link #at} is where its verb stands. */
    public sealed interface Step {
        Text at();
    }

    /** Starts a pipeline from a source or a named stream. */
    public record From(Text at, Text stream) implements Step {}

    /**
     * Starts a pipeline from several streams: their rows, in no order between them. The streams have the same columns by name and type;
     * their order may differ.
     *
     * @param streams at least two different sources or named streams
     */
    public record Union(Text at, List<Text> streams) implements Step {}

    /** Makes a row of each element of an ARRAY column, which then holds the element; none of an empty or NULL one. */
    public record Flatten(Text at, Text column) implements Step {}

    /**
     * Drops rows whose key has been seen.
     *
     * @param within rows of one key whose event times are closer than this are duplicates of each other
     */
    public record Dedupe(Text at, Text name, List<Text> key, Duration within, Keep keep) implements Step {}

    /** Which of several rows with one key stays. */
    public enum Keep {
        /** The one with the earliest event time, given out once the watermark has reached it; each result is final. */
        FIRST,
        /** The one with the latest event time; each replaces the one before, so the results are updates. */
        LAST
    }

    /**
     * Keeps the first rows of each group in an order, with a column {@code rank} from 1.
     *
     * @param by columns, may be empty
     * @param order what follows ORDER BY in SQL: {@code price DESC, bidder}
     * @param window null to rank all rows so far, with updates
     */
    public record Top(
            Text at,
            Text name,
            List<Text> by,
            Text order,
            int limit,
            @Nullable Window window) implements Step {}

    /**
     * Custom code.
     *
     * @param className the class, from the plugin path
     * @param by the columns that its keyed state goes by; may be empty: the class then has no keyed state
     * @param config handed to it
     * @param outputs its side outputs' names to sinks or new streams
     */
    @SuppressWarnings("JavaLangClash") // It is what the file calls it, and always written JobSpec.Process.
    public record Process(
            Text at, Text name, Text className, List<Text> by, Map<Text, Text> config, Map<Text, Text> outputs)
            implements Step {}

    /** Keeps rows for which the expression is TRUE. */
    public record Filter(Text at, Text expression) implements Step {}

    /** Adds or replaces columns; the expressions see the row as it was before the step. */
    public record SetColumns(Text at, Map<Text, Text> columns) implements Step {}

    /** Removes columns. */
    public record Drop(Text at, List<Text> columns) implements Step {}

    /** Replaces the whole row. */
    public record MapRow(Text at, Map<Text, Text> columns) implements Step {}

    /** Names the stream at this place, for later {@code from}s. */
    public record As(Text at, Text name) implements Step {}

    /** Hands each row to the first branch whose condition is TRUE; rows that no branch takes go nowhere. Ends the pipeline. */
    public record Route(Text at, List<Branch> branches) implements Step {}

    /**
     * @param when null for {@code else}
     * @param target a sink, or else a new stream's name
     */
    public record Branch(@Nullable Text when, Text target) {}

    /** Distributes the stream by these columns from here on, through a repartition topic unless it already is. */
    public record Key(Text at, List<Text> columns) implements Step {}

    /**
     * Groups and aggregates.
     *
     * @param by columns, may be empty: one group for everything
     * @param window null for a running aggregate
     * @param values result column to aggregate expression
     * @param emit when results come
     * @param late what becomes of rows that come after their window has fired
     */
    public record Aggregate(
            Text at, Text name, List<Text> by, @Nullable Window window, Map<Text, Text> values, Emit emit, Late late)
            implements Step {}

    /**
     * @param accept how long after its end a window still takes rows; 0 by default
     * @param then the sink of rows that come even later, as they were read; null to count and drop them
     */
    public record Late(Duration accept, @Nullable Text then) {}

    /** Which windows a row belongs to; {@link #at} is where the window is written. */
    public sealed interface Window {
        Text at();
    }

    /** Consecutive windows of one size; {@code offset} shifts their starts from the epoch. */
    public record Tumbling(Text at, Duration size, Duration offset) implements Window {}

    /** Overlapping windows of one size, a new one every {@code every}. */
    public record Hopping(Text at, Duration size, Duration every, Duration offset) implements Window {}

    /** Windows that grow from a common start: of {@code step}, twice {@code step}, and so on up to {@code max}. */
    public record Cumulating(Text at, Duration max, Duration step, Duration offset) implements Window {}

    /** Windows of one key's rows that are at most {@code gap} apart. */
    public record Session(Text at, Duration gap) implements Window {}

    /** When an aggregate's results come. */
    public sealed interface Emit {
        /** Once, when the window closes: the default of windows. Without a window: at the end of a bounded run. */
        record Final() implements Emit {}

        /** With each input row: the default of running aggregates. */
        record Updates() implements Emit {}

        /** Every so often, by the wall clock, if there is something new, and when the window closes. */
        record Early(Duration every) implements Emit {}
    }

    /** Writes the stream to a sink; the pipeline may go on behind it. */
    public record To(Text at, Text sink) implements Step {}

    /**
     * What happens to a record that cannot be processed.
     *
     * @param tolerateAll {@code errors.tolerance: all}
     * @param deadLetterTopic null for none: tolerated records are then counted and dropped
     * @param goOnAfterLoss {@code errors.on.data.loss: continue}, about input that was deleted before it was read
     */
    public record Errors(boolean tolerateAll, @Nullable Text deadLetterTopic, boolean goOnAfterLoss) {}

    /**
     * How the job runs on this instance.
     *
     * @param standbys how many other instances follow the changelogs of each task with state
     * @param stateDir the directory below which this job keeps its state
     * @param stateMemoryBytes RocksDB's caches and write buffers together
     * @param adminListen host:port, or null for no admin server
     * @param pluginPath the directory with custom code: jars, and directories of jars
     */
    @SuppressWarnings("JavaLangClash") // It is what the file calls it, and always written JobSpec.Runtime.
    public record Runtime(
            int workers,
            Duration checkpointInterval,
            int standbys,
            Path stateDir,
            long stateMemoryBytes,
            @Nullable String adminListen,
            Path pluginPath) {}
}
