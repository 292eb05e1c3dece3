package io.millrace.plan.expression;

import org.jspecify.annotations.Nullable;

/** Something wrong at a place of an expression, found by one of our own readers. */
final class SyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int index;
    private final int length;
    private final @Nullable String hint;

    /** @param index of the first wrong character in the expression */
    SyntaxException(int index, int length, String message, @Nullable String hint) {
        super(message, null, false, false);
        this.index = index;
        this.length = length;
        this.hint = hint;
    }

    int index() {
        return index;
    }

    int length() {
        return length;
    }

    @Nullable
    String hint() {
        return hint;
    }

    String message() {
        return String.valueOf(getMessage());
    }
}
