package io.millrace.config;

/** Thrown inside the YAML parser where nothing behind a problem can be read any more. */
final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    Unreadable(Problem problem) {
        super(problem.message());
        this.problem = problem;
    }

    Unreadable(Span span, String message, String hint) {
        this(Problem.error(span.at(), span.length(), message, hint));
    }

    Problem problem() {
        return problem;
    }
}
