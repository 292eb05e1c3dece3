package io.millrace.engine.operator;

import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** What a task offers its operators. */
public interface OperatorContext {
    /**
     * The task's store of this name, as listed in its stage.
     *
     * @throws IllegalStateException if the stage lists none
     */
    KeyValueStore store(String name);

    /** Counts something; the count becomes visible in the metrics with the checkpoint that it belongs to. */
    Tally tally(Tally.Kind kind, String step);

    /**
     * Reports that a row cannot be processed. Returns if the job tolerates it (the row is then to be dropped; the record at hand was
     * dead-lettered or counted), and throws if not.
     *
     * @param step the step's name
     * @param cause its message must not hold the row's content
     */
    void failed(String step, RuntimeException cause);

    /**
     * The record of a source that the row at hand was made of, as it was read; null if there is none (a result that was due, a row of a
     * stream whose exchange does not carry records along). Asked for only where a row turns out to be late.
     */
    @Nullable
    Origin origin();

    /**
     * Whether the stages behind this one may be ahead of this task's watermark, because it has been idle. If not, a row behind this
     * task's last watermark is the only one that can be late there.
     */
    boolean mayTrail();

    /** Milliseconds since 1970 by the wall clock. For {@link Operator#tick} and for processing time, never for results. */
    long nowMs();

    /** Sends records within the open transaction. */
    RecordSender sender();

    /** How many partitions a topic of the topology has. */
    int partitions(String topic);
}
