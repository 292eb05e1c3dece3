package io.millrace.engine.task;

import io.millrace.engine.operator.Origin;
import io.millrace.engine.time.Progress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One topic's partition as a task reads it: bytes to rows, and the event time that they carry. */
public sealed interface TaskInput permits SourceInput, ExchangeInput {
    String topic();

    /**
     * How far its watermark may be ahead of the slowest other input of the task before it has to wait; {@link Long#MAX_VALUE} if it
     * never has to.
     */
    long driftMs();

    /** Reads a record and pushes its rows through the task. */
    void process(InputRecord record);

    /** What the channel with this number among the task's is called, or null if it is not one of this input. */
    @Nullable
    String channelName(int number);

    /** The record of a source that this record's row was made of, or null if it did not come along. */
    @Nullable
    Origin origin(InputRecord record);

    /** The partition could have delivered records for this long and did not. */
    void silentFor(long elapsedMs);

    /**
     * Event time has come to this watermark without a row that says so; it never goes back. Only for sources: tests of jobs move time
     * like this.
     */
    void advanceTo(long watermarkMs);

    /** A bounded run has read the partition to its end. Only for sources; a repartition topic's end comes by its control records. */
    void end();

    /** Whether nothing more will come. */
    boolean ended();

    /** Continues where an earlier run had left the channels. Call before the first record. */
    void resume(List<Progress.Channel> channels);

    /** What {@link #resume} needs. */
    List<Progress.Channel> channels();
}
