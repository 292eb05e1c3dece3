package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.serde.RowType;

/** What a plan needs to know of custom code. */
public interface ProcessCatalog {
    /**
     * What the class of a step does with rows of these columns, among which are those that the step goes {@code by}.
     *
     * @throws IllegalArgumentException if there is no such class, or it does not want the step's configuration or columns; the message is
     *     shown to the user at the step's class
     */
    ProcessDefinition open(JobSpec.Process step, RowType input);

    /** For where no custom code can be loaded. */
    static ProcessCatalog none() {
        return (step, input) -> {
            throw new IllegalArgumentException("class '" + step.className().value() + "' cannot be loaded here");
        };
    }
}
