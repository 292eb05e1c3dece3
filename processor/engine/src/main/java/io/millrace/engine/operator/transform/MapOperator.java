package io.millrace.engine.operator.transform;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;
import org.jspecify.annotations.Nullable;

/** Computes each row's columns anew: the steps {@code set}, {@code drop} and {@code map}, and projections in plans. */
public final class MapOperator implements Operator {
    private final String step;
    private final RowFunction projection;
    private final OperatorContext context;

    private MapOperator(String step, RowFunction projection, OperatorContext context) {
        this.step = step;
        this.projection = projection;
        this.context = context;
    }

    public static OperatorFactory of(String step, RowFunction projection) {
        return context -> new MapOperator(step, projection, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        @Nullable Object[] values;
        try {
            values = projection.apply(row);
        } catch (RuntimeException e) {
            context.failed(step, e);
            return;
        }
        out.emit(row.with(values));
    }
}
