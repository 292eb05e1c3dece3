package io.millrace.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds problems with a text to a list of them. */
record Report(List<Problem> problems) {
    void error(Text at, String message, @Nullable String hint, String... notes) {
        problems.add(new Problem(Problem.Severity.ERROR, at.at(), at.length(), message, hint, List.of(notes)));
    }

    void error(Span at, String message, @Nullable String hint, String... notes) {
        problems.add(new Problem(Problem.Severity.ERROR, at.at(), at.length(), message, hint, List.of(notes)));
    }

    void warning(Text at, String message, @Nullable String hint) {
        problems.add(new Problem(Problem.Severity.WARNING, at.at(), at.length(), message, hint, List.of()));
    }
}
