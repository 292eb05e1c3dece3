package io.millrace.testing;

import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.task.InputRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record in a topic in memory.
 *
 * @param partition its partition, or -1 to have it chosen by the key
 * @param offset its place in the partition; given when it is appended
 */
public record WrittenRecord(
        String topic,
        int partition,
        long offset,
        long timestampMs,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<RecordHeader> headers)
        implements InputRecord {
    public WrittenRecord {
        headers = List.copyOf(headers);
    }

    /** A record that is not in a topic yet. */
    public static WrittenRecord of(
            String topic, int partition, long timestampMs, byte @Nullable [] key, byte @Nullable [] value) {
        return new WrittenRecord(topic, partition, -1, timestampMs, key, value, List.of());
    }

    /** The same with these headers. */
    public WrittenRecord with(List<RecordHeader> others) {
        return new WrittenRecord(topic, partition, offset, timestampMs, key, value, others);
    }

    /** The value of the last header of this name, or null. */
    public byte @Nullable [] header(String name) {
        byte[] value = null;
        for (RecordHeader header : headers) {
            if (header.key().equals(name)) {
                value = header.value();
            }
        }
        return value;
    }

    WrittenRecord at(int newPartition, long newOffset) {
        return new WrittenRecord(topic, newPartition, newOffset, timestampMs, key, value, headers);
    }
}
