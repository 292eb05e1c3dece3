package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.RowType;
import java.util.List;
import java.util.Map;

/**
 * A planned job.
 *
 * @param job what was planned
 * @param warnings what is probably not meant, by position
 * @param notes decisions that {@link Explain} tells and that do not show in the topology, one sentence each
 * @param sourceColumns the columns of each source that the job reads, used or not
 * @param sinkColumns the columns of the rows that each sink gets. Where several streams go to one sink, all their columns; one that comes
 *     with different types is of one of these
 */
public record Plan(
        JobSpec job,
        Topology topology,
        List<Problem> warnings,
        List<Note> notes,
        Map<String, RowType> sourceColumns,
        Map<String, RowType> sinkColumns) {
    public Plan {
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
        sourceColumns = Map.copyOf(sourceColumns);
        sinkColumns = Map.copyOf(sinkColumns);
    }

    /** @param step the step's name, or its verb with a number */
    public record Note(String step, String text) {}
}
