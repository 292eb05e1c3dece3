package io.millrace.engine.operator;

import io.millrace.state.KeyValueStore;

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

    /** Sends records within the open transaction. */
    RecordSender sender();

    /** How many partitions a topic of the topology has. */
    int partitions(String topic);
}
