package io.millrace.config;

import java.util.List;

/** A job that cannot start, with everything that is wrong with it. */
public final class JobException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;
    private final String sourceText;

    /**
     * @param problems errors and warnings in any order, at least one error
     * @param sourceText the job file, whose lines are shown with the problems
     */
    public JobException(List<Problem> problems, String sourceText) {
        super(summary(problems));
        this.problems = Problems.sorted(problems);
        this.sourceText = sourceText;
    }

    /** By position. */
    public List<Problem> problems() {
        return problems;
    }

    public String sourceText() {
        return sourceText;
    }

    /** As {@link Problems#render}. */
    public String render() {
        return Problems.render(problems, sourceText);
    }

    /** As {@link Problems#renderJson}. */
    public String renderJson() {
        return Problems.renderJson(problems);
    }

    private static String summary(List<Problem> problems) {
        Problem first = Problems.sorted(problems).stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a job without an error"));
        String more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
        return first.at() + ": " + first.message() + more;
    }
}
