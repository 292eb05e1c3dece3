package io.millrace.engine.operator.transform;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;

/** Keeps the rows for which a condition is TRUE. */
public final class FilterOperator implements Operator {
    private final String step;
    private final RowPredicate condition;
    private final OperatorContext context;

    private FilterOperator(String step, RowPredicate condition, OperatorContext context) {
        this.step = step;
        this.condition = condition;
        this.context = context;
    }

    public static OperatorFactory of(String step, RowPredicate condition) {
        return context -> new FilterOperator(step, condition, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        boolean keep;
        try {
            keep = condition.test(row);
        } catch (RuntimeException e) {
            context.failed(step, e);
            return;
        }
        if (keep) {
            out.emit(row);
        }
    }
}
