package io.millrace.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something wrong with a job.
 *
 * @param length how many characters of the line the caret marks, at least 1
 * @param message what is wrong, without the position
 * @param hint how to mend it, shown behind the caret ({@code did you mean 'aggregate'?}), or null
 * @param notes further lines, each shown behind an equals sign
 */
public record Problem(
        Severity severity,
        Position at,
        int length,
        String message,
        @Nullable String hint,
        List<String> notes) {
    /** An error keeps the job from starting; a warning does not. */
    public enum Severity {
        ERROR,
        WARNING
    }

    public Problem {
        notes = List.copyOf(notes);
        length = Math.max(1, length);
    }

    public static Problem error(Position at, int length, String message, @Nullable String hint) {
        return new Problem(Severity.ERROR, at, length, message, hint, List.of());
    }
}
