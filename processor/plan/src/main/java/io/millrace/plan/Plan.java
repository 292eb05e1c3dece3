package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.engine.topology.Topology;
import java.util.List;

/**
 * A planned job.
 *
 * @param job what was planned
 * @param warnings what is probably not meant, by position
 * @param notes decisions that {@link Explain} tells and that do not show in the topology, one sentence each
 */
public record Plan(JobSpec job, Topology topology, List<Problem> warnings, List<Note> notes) {
    public Plan {
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
    }

    /** @param step the step's name, or its verb with a number */
    public record Note(String step, String text) {}
}
