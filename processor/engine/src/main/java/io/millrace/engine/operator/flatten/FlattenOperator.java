package io.millrace.engine.operator.flatten;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Emits a row for each element of an ARRAY column, in the order of the elements: the row of the array, of the same kind, time and
 * finality, with the element in the array's place. An element that is NULL makes a row with NULL; an array that is NULL or empty makes
 * none.
 */
public final class FlattenOperator implements Operator {
    private final String step;
    private final int column;

    private FlattenOperator(String step, int column) {
        this.step = step;
        this.column = column;
    }

    /** @param column the place of a column of type ARRAY */
    public static OperatorFactory of(String step, int column) {
        if (column < 0) {
            throw new IllegalArgumentException(step + " flattens column " + column + ", but columns count from 0");
        }
        return context -> new FlattenOperator(step, column);
    }

    @Override
    public void process(int port, Row row, Output out) {
        Object array = row.value(column);
        if (array == null) {
            return;
        }
        if (!(array instanceof List<?> elements)) {
            throw new IllegalStateException(step + " was planned to flatten column " + column
                    + ", but that is no ARRAY: it holds a " + array.getClass().getSimpleName());
        }
        for (Object element : elements) {
            @Nullable Object[] values = row.values().clone();
            values[column] = element;
            out.emit(row.with(values));
        }
    }
}
