package io.millrace.engine.task;

import io.millrace.engine.operator.Tally;

/** How a task's inputs report records that cannot be processed, and count. */
interface TaskErrors {
    /** Like {@link io.millrace.engine.operator.OperatorContext#failed}. */
    void failed(String step, RuntimeException cause);

    Tally tally(Tally.Kind kind, String step);
}
