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
 * @param kafka properties for the Kafka clients, in the file's words (a prefix {@code consumer.} etc. is kept); secrets included
 */
public record JobSpec(
        Text name,
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
     */
    public record Source(
            Text name,
            List<Text> topics,
            Text format,
            Map<Text, Text> schema,
            @Nullable Text eventTime,
            Duration lag,
            Duration idle) {}

    /**
     * A topic to write.
     *
     * @param key the columns of the record's key, in order; empty for no key of its own
     * @param keyFormat null for the default: {@code string} for one column, else the sink's format
     */
    public record Sink(
            Text name,
            Text topic,
            Text format,
            List<Text> key,
            @Nullable Text keyFormat) {}

    /** One entry of the pipeline. {@link #at} is where its verb stands. */
    public sealed interface Step {
        Text at();
    }

    /** Starts a pipeline from a source or a named stream. */
    public record From(Text at, Text stream) implements Step {}

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
     * @param accept allowed lateness; 0 by default
     */
    public record Aggregate(
            Text at,
            Text name,
            List<Text> by,
            @Nullable Window window,
            Map<Text, Text> values,
            Emit emit,
            Duration accept)
            implements Step {}

    /** Which windows a row belongs to; {@link #at} is where the window is written. */
    public sealed interface Window {
        Text at();
    }

    /** Consecutive windows of one size; {@code offset} shifts their starts from the epoch. */
    public record Tumbling(Text at, Duration size, Duration offset) implements Window {}

    /** Overlapping windows of one size, a new one every {@code every}. */
    public record Hopping(Text at, Duration size, Duration every, Duration offset) implements Window {}

    /** When an aggregate's results come. */
    public enum Emit {
        /** Once, when the window closes: the default of windows. */
        FINAL,
        /** With each input row: the default, and the only choice, of running aggregates. */
        UPDATES
    }

    /** Writes the stream to a sink; the pipeline may go on behind it. */
    public record To(Text at, Text sink) implements Step {}

    /**
     * What happens to a record that cannot be processed.
     *
     * @param tolerateAll {@code errors.tolerance: all}
     * @param deadLetterTopic null for none: tolerated records are then counted and dropped
     */
    public record Errors(boolean tolerateAll, @Nullable Text deadLetterTopic) {}

    /**
     * How the job runs on this instance.
     *
     * @param stateDir the directory below which this job keeps its state
     * @param stateMemoryBytes RocksDB's caches and write buffers together
     * @param adminListen host:port, or null for no admin server
     */
    @SuppressWarnings("JavaLangClash") // It is what the file calls it, and always written JobSpec.Runtime.
    public record Runtime(
            int workers,
            Duration checkpointInterval,
            Path stateDir,
            long stateMemoryBytes,
            @Nullable String adminListen) {}
}
