package io.millrace.plan.expression;

import io.millrace.config.Text;

/** A valid expression for which there is no code. */
public final class UncompilableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Text text;

    UncompilableException(Text text, Throwable cause) {
        super("this expression is valid SQL, but cannot be computed here", cause);
        this.text = text;
    }

    /** The expression. */
    public Text text() {
        return text;
    }
}
