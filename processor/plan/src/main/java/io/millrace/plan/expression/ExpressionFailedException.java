package io.millrace.plan.expression;

import org.apache.calcite.runtime.CalciteException;

/** An expression that has no value for a row: a text that is no number, a division by zero. The message holds no row content. */
public final class ExpressionFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ExpressionFailedException(String expression, RuntimeException cause) {
        // The cause's own message often quotes the value, so only its kind and its trace are kept.
        super(expression + ": " + reason(cause));
        setStackTrace(cause.getStackTrace());
    }

    private static String reason(RuntimeException cause) {
        if (cause instanceof NumberFormatException) {
            return "a text is not a number";
        }
        if (cause instanceof ArithmeticException) {
            boolean zero = String.valueOf(cause.getMessage()).contains("zero");
            return zero ? "division by zero" : "a number is out of range";
        }
        if (cause instanceof IllegalArgumentException || cause instanceof CalciteException) {
            return "a value has not the form that is needed";
        }
        return cause.getClass().getSimpleName();
    }
}
