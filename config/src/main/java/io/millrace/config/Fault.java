package io.millrace.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a value does not fit its key.
 *
 * @param message what is wrong, to be read behind the key's name
 * @param structural whether the JSON Schema says so too; it knows no ranges of durations and sizes
 */
record Fault(String message, @Nullable String hint, List<String> notes, boolean structural) {
    private static final int SHOWN_CHARACTERS = 60;

    /** A value as messages show it. */
    static String shown(Text text) {
        String whole = text.toString().strip();
        return whole.length() <= SHOWN_CHARACTERS ? whole : whole.substring(0, SHOWN_CHARACTERS) + "…";
    }

    static Fault of(String message, @Nullable String hint) {
        return new Fault(message, hint, List.of(), true);
    }

    static Fault beyondSchema(String message, @Nullable String hint) {
        return new Fault(message, hint, List.of(), false);
    }
}
