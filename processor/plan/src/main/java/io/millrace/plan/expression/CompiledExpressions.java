package io.millrace.plan.expression;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A compiled list of expressions, for any thread. */
final class CompiledExpressions {
    private final List<Expression> expressions;
    private final ConstantContext context;
    private final Supplier<Evaluator> evaluators;

    /**
     * @param context what the evaluators may ask for
     * @param maker makes evaluators
     * @param stateful whether an evaluator keeps caches (of patterns, of formats) that are not thread-safe: each thread then has its own
     */
    @SuppressWarnings("ThreadLocalUsage") // one per compiled list, and these are few and live as long as the job
    CompiledExpressions(
            List<Expression> expressions, ConstantContext context, Supplier<Evaluator> maker, boolean stateful) {
        this.expressions = List.copyOf(expressions);
        this.context = context;
        if (stateful) {
            ThreadLocal<Evaluator> perThread = ThreadLocal.withInitial(maker);
            this.evaluators = perThread::get;
        } else {
            Evaluator shared = maker.get();
            this.evaluators = () -> shared;
        }
    }

    /** @throws ExpressionFailedException if one of the expressions has no value for this row */
    @Nullable
    Object[] evaluate(@Nullable Object[] in) {
        Evaluator evaluator = evaluators.get();
        @Nullable Object[] out = new Object[expressions.size()];
        try {
            evaluator.evaluate(context, in, out);
        } catch (RuntimeException e) {
            throw named(e, evaluator, in);
        }
        return out;
    }

    /** The first expression's value. @throws ExpressionFailedException if it has none for this row */
    @Nullable
    Object first(@Nullable Object[] in) {
        try {
            return evaluators.get().value(context, in, 0);
        } catch (RuntimeException e) {
            throw new ExpressionFailedException(expressions.get(0).text().value(), e);
        }
    }

    private ExpressionFailedException named(RuntimeException failure, Evaluator evaluator, @Nullable Object[] in) {
        for (int i = 0; i < expressions.size(); i++) {
            try {
                Object ignored = evaluator.value(context, in, i);
            } catch (RuntimeException e) {
                return new ExpressionFailedException(expressions.get(i).text().value(), e);
            }
        }
        return new ExpressionFailedException("an expression", failure);
    }
}
