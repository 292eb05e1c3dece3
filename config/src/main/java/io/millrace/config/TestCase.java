package io.millrace.config;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A test of a job: what its sources are given, in this order, and what its sinks then hold.
 *
 * @param date what times of day are on, in UTC
 * @param end whether time goes to its end after the last entry, as at the end of a bounded run
 * @param expect sink, or dead-letter topic, to its rows in order; what is not named is not compared. Empty if the test does not say yet
 * @param place where the file says what is expected
 */
public record TestCase(
        Text name, LocalDate date, boolean end, List<Given> given, Map<Text, List<Row>> expect, Place place) {
    public TestCase {
        given = List.copyOf(given);
    }

    /**
     * The stretch of the file that {@link TestUpdate} replaces.
     *
     * @param start the offset of the first character of the key {@code expect}, or where one is to be added
     * @param end the offset behind its value; {@code start} if it is to be added
     * @param indent how far its key stands to the right
     * @param flow whether the test is written in braces
     */
    public record Place(int start, int end, int indent, boolean flow) {}

    /** Columns and their values; {@code at} is where it stands. */
    public record Row(Text at, Map<Text, TestValue> columns) {}

    /** Something that happens to a source. */
    public sealed interface Given {
        Text source();
    }

    /** A row in the source's own format; columns that are not named are NULL. */
    public record GivenRow(Text source, Row row) implements Given {}

    /** Event time comes to this. */
    public record Watermark(Text source, Text time) implements Given {}

    /** Time passes by the wall clock. */
    public record Elapse(Text source, Duration duration) implements Given {}

    /** A record's value as UTF-8 text, whatever the source's format. */
    public record Raw(Text source, Text value) implements Given {}

    /**
     * A whole record.
     *
     * @param key null for none; UTF-8 text
     * @param value null for none
     * @param timestamp null for the time at which the test stands
     */
    public record Message(
            Text source,
            @Nullable Text key,
            @Nullable Row value,
            @Nullable Text timestamp,
            Map<Text, Text> headers) implements Given {}
}
