package io.millrace.engine.task;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.RecordTooLargeException;
import io.millrace.engine.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a task does with a record that cannot be processed: stop the job, or send the record's own bytes to the dead-letter topic in the
 * same transaction, or drop it. Whoever calls counts it.
 */
final class ErrorPolicy {
    static final String HEADER_PREFIX = "__millrace.errors.";
    /** Longer messages are cut: they go into a header. */
    private static final int MAX_MESSAGE_CHARS = 1000;

    private final boolean tolerate;
    private final @Nullable String deadLetterTopic;
    private final RecordSender sender;

    ErrorPolicy(Topology topology, RecordSender sender) {
        this.tolerate = topology.tolerateErrors();
        this.deadLetterTopic = topology.deadLetterTopic();
        this.sender = sender;
    }

    /**
     * @param record the record at hand, or null when a result that was due is to blame
     * @throws JobFailedException if the job does not tolerate errors
     */
    void failed(@Nullable InputRecord record, String step, RuntimeException cause) {
        if (!tolerate) {
            throw new JobFailedException(
                    where(record) + ": " + step + ": " + message(cause)
                            + ". The job stops because errors.tolerance is none; mend the record's producer or the step,"
                            + " or set errors.tolerance: all to go on without such records",
                    cause);
        }
        if (deadLetterTopic == null) {
            return;
        }
        List<RecordHeader> headers = new ArrayList<>(record == null ? List.of() : record.headers());
        if (record != null) {
            headers.add(header("topic", record.topic()));
            headers.add(header("partition", Integer.toString(record.partition())));
            headers.add(header("offset", Long.toString(record.offset())));
        }
        headers.add(header("step", step));
        headers.add(header("exception.class.name", cause.getClass().getName()));
        headers.add(header("exception.message", message(cause)));
        byte[] key = record == null ? null : record.key();
        byte[] value = record == null ? null : record.value();
        long timeMs = record == null ? 0 : record.timestampMs();
        // The headers may make it too large for the broker: what names the record must still get through.
        boolean sent = isSent(deadLetterTopic, timeMs, key, value, headers)
                || isSent(deadLetterTopic, timeMs, key, null, headers);
        if (!sent) {
            sender.send(deadLetterTopic, -1, timeMs, null, null, headers);
        }
    }

    private boolean isSent(
            String topic, long timeMs, byte @Nullable [] key, byte @Nullable [] value, List<RecordHeader> headers) {
        try {
            sender.send(topic, -1, timeMs, key, value, headers);
            return true;
        } catch (RecordTooLargeException e) {
            return false;
        }
    }

    private static String where(@Nullable InputRecord record) {
        return record == null
                ? "a result that was due"
                : record.topic() + "-" + record.partition() + "@" + record.offset();
    }

    private static String message(RuntimeException cause) {
        String text = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return text.length() <= MAX_MESSAGE_CHARS ? text : text.substring(0, MAX_MESSAGE_CHARS);
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(HEADER_PREFIX + name, value.getBytes(UTF_8));
    }
}
