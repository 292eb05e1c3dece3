package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The input columns and calls that the tests of aggregations share. The first column is the key. */
final class Calls {
    static final int INT = 1;
    static final int BIGINT = 2;
    static final int DOUBLE = 3;
    static final int DECIMAL = 4;
    static final int STRING = 5;
    static final int FLAG = 6;

    static final RowType INPUT = RowType.of(
            new Column("key", Scalar.STRING),
            new Column("i", Scalar.INT),
            new Column("b", Scalar.BIGINT),
            new Column("d", Scalar.DOUBLE),
            new Column("m", new DataType.Decimal(10, 2)),
            new Column("s", Scalar.STRING),
            new Column("f", Scalar.BOOLEAN));

    /** One of each function over one of each kind of type. */
    static final List<AggregateCall> PLAIN = List.of(
            count(),
            of(Function.COUNT, STRING),
            of(Function.SUM, INT),
            of(Function.SUM, BIGINT),
            of(Function.SUM, DOUBLE),
            of(Function.SUM, DECIMAL),
            of(Function.MIN, STRING),
            of(Function.MAX, DECIMAL),
            of(Function.AVG, INT),
            of(Function.AVG, DOUBLE),
            of(Function.AVG, DECIMAL),
            filtered(count()),
            filtered(of(Function.SUM, BIGINT)));

    static final List<AggregateCall> DISTINCT = List.of(
            count(),
            distinct(of(Function.COUNT, STRING)),
            distinct(of(Function.SUM, INT)),
            of(Function.SUM, INT),
            distinct(of(Function.AVG, DECIMAL)),
            filtered(distinct(of(Function.COUNT, INT))),
            distinct(of(Function.MAX, BIGINT)));

    private Calls() {}

    static AggregateCall count() {
        return new AggregateCall(Function.COUNT, false, -1, null, -1, Scalar.BIGINT);
    }

    static AggregateCall of(Function function, int column) {
        DataType type = INPUT.column(column).type();
        return new AggregateCall(function, false, column, type, -1, resultType(function, type));
    }

    static AggregateCall distinct(AggregateCall call) {
        return new AggregateCall(
                call.function(), true, call.argument(), call.argumentType(), call.filter(), call.resultType());
    }

    static AggregateCall filtered(AggregateCall call) {
        return new AggregateCall(
                call.function(), call.distinct(), call.argument(), call.argumentType(), FLAG, call.resultType());
    }

    static DataType resultType(Function function, DataType argument) {
        if (function == Function.COUNT) {
            return Scalar.BIGINT;
        }
        if (argument instanceof DataType.Decimal decimal && function == Function.SUM) {
            return new DataType.Decimal(38, decimal.scale());
        }
        if (argument instanceof DataType.Decimal decimal && function == Function.AVG) {
            return new DataType.Decimal(38, Math.max(6, decimal.scale()));
        }
        return argument;
    }

    static AggregateSpec spec(@Nullable SlicedWindows windows, long latenessMs, List<AggregateCall> calls) {
        return new AggregateSpec("totals", INPUT, 1, windows, calls, latenessMs);
    }
}
