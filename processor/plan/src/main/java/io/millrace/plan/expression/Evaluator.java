package io.millrace.plan.expression;

import org.apache.calcite.DataContext;
import org.jspecify.annotations.Nullable;

/** What a list of expressions compiles to. Public for the compiled classes only; see {@link CompiledExpressions} for threads. */
public interface Evaluator {
    /** Reads {@code in}, one value per input column, and fills {@code out}, one per expression. */
    void evaluate(DataContext context, @Nullable Object[] in, @Nullable Object[] out);

    /** One of the expressions. */
    @Nullable
    Object value(DataContext context, @Nullable Object[] in, int index);
}
