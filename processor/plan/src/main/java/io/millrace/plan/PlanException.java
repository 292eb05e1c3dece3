package io.millrace.plan;

import io.millrace.config.JobException;
import io.millrace.config.Problem;
import io.millrace.config.Problems;
import java.util.List;

/** A job that cannot be planned, with everything that is wrong with it. */
public final class PlanException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    PlanException(List<Problem> problems) {
        super(problems.get(0).at() + ": " + problems.get(0).message());
        this.problems = Problems.sorted(problems);
    }

    /** Errors and warnings by position, at least one error. */
    public List<Problem> problems() {
        return problems;
    }

    /** The same with the job file's text, to show its lines. */
    public JobException in(String sourceText) {
        return new JobException(problems, sourceText);
    }
}
