package io.millrace.engine.task;

import io.millrace.engine.operator.RecordHeader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record as a task reads it. Valid only until the call that it was passed to returns. */
public interface InputRecord {
    String topic();

    int partition();

    long offset();

    /** The record's own timestamp, milliseconds since the epoch. */
    long timestampMs();

    byte @Nullable [] key();

    byte @Nullable [] value();

    List<RecordHeader> headers();
}
