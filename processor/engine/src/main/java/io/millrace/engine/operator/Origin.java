package io.millrace.engine.operator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record of a source as it was read, for whoever must pass it on unchanged. */
public record Origin(
        String topic,
        int partition,
        long offset,
        long timestampMs,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<RecordHeader> headers) {
    public Origin {
        headers = List.copyOf(headers);
    }
}
