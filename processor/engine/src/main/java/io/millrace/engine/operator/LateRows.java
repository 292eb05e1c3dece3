package io.millrace.engine.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of rows that no window takes any more: they are counted and, if the step names an output for them, sent there as they were
 * read, with the key, the value and the headers of their own record and some more headers that say why.
 */
public final class LateRows {
    private static final String HEADER_PREFIX = "millrace.late.";
    /** The header that names the topic that a record was read from. */
    public static final String TOPIC_HEADER = HEADER_PREFIX + "topic";

    private final OperatorContext context;
    private final String step;
    private final @Nullable String topic;
    private final Tally late;

    /** @param topic null to count them only */
    public LateRows(OperatorContext context, String step, @Nullable String topic) {
        this.context = context;
        this.step = step;
        this.topic = topic;
        this.late = context.tally(Tally.Kind.LATE, step);
    }

    /**
     * Some rows of one record, or of none that is known, are late.
     *
     * @param rows how many; more than one only where they were added up before it was known that they are late
     * @param timeMs their event time
     * @param watermarkMs what event time had come to
     */
    public void add(long rows, long timeMs, long watermarkMs) {
        late.add(rows);
        if (topic == null) {
            return;
        }
        Origin origin = context.origin();
        List<RecordHeader> headers = new ArrayList<>(origin == null ? List.of() : origin.headers());
        if (origin != null) {
            headers.add(header("topic", origin.topic()));
            headers.add(header("partition", Integer.toString(origin.partition())));
            headers.add(header("offset", Long.toString(origin.offset())));
        }
        headers.add(header("step", step));
        headers.add(header("event.time", Instant.ofEpochMilli(timeMs).toString()));
        headers.add(header("watermark", Instant.ofEpochMilli(watermarkMs).toString()));
        headers.add(header("rows", Long.toString(rows)));
        try {
            context.sender()
                    .send(
                            topic,
                            -1,
                            timeMs,
                            origin == null ? null : origin.key(),
                            origin == null ? null : origin.value(),
                            headers);
        } catch (RecordTooLargeException e) {
            context.failed(step, e);
        }
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(HEADER_PREFIX + name, value.getBytes(UTF_8));
    }
}
