package io.millrace.plan.expression;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@code SELECT by, values FROM stream GROUP BY by} apart: what goes into the groups, what is computed over them, and what is
 * computed from that. Each value has been checked on its own before.
 */
final class AggregateReader {
    private final Sql sql;
    private final String stream;
    private final RowType columns;
    private final List<Expression> input = new ArrayList<>();

    AggregateReader(Sql sql, String stream, RowType columns) {
        this.sql = sql;
        this.stream = stream;
        this.columns = columns;
    }

    @Nullable
    Aggregation read(List<Integer> by, Map<Text, Text> values, boolean windowed, Consumer<Problem> problems) {
        List<SqlNode> items = items(by, values);
        // The validator rewrites what it is given.
        List<String> texts = AggregateCalls.of(items);
        RelNode rel = sql.select(items, Sql.columns(columns, by), stream, columns);
        Project top = rel instanceof Project project ? project : null;
        Aggregate aggregate = (Aggregate) (top == null ? rel : top.getInput());
        Project bottom = aggregate.getInput() instanceof Project project ? project : null;

        for (int column : aggregate.getGroupSet()) {
            input.add(inputOf(aggregate.getInput(), bottom, column));
        }
        int keyCount = input.size();
        List<AggregateCall> calls = new ArrayList<>();
        for (org.apache.calcite.rel.core.AggregateCall call : aggregate.getAggCallList()) {
            Text text = textOf(call, values);
            if (call.getArgList().size() > 1) {
                problems.accept(Problem.error(
                        text.at(),
                        text.length(),
                        call.getAggregation().getName() + " takes one argument",
                        "count rows with COUNT(*)"));
                return null;
            }
            AggregateCall ours = call(call, aggregate.getInput(), bottom, text, problems);
            if (ours == null) {
                return null;
            }
            calls.add(ours);
        }
        List<Expression> results = results(by, values, top, aggregate, keyCount, windowed, problems);
        return results == null ? null : new Aggregation(input, keyCount, calls, texts, results);
    }

    private List<SqlNode> items(List<Integer> by, Map<Text, Text> values) {
        List<SqlNode> items = Sql.columns(columns, by);
        for (Text text : values.values()) {
            try {
                items.add(Sql.parse(
                        new ExpressionText(text, stream, columns).quoted().sql()));
            } catch (SqlParseException e) {
                throw new IllegalStateException("an expression that was valid before", e);
            }
        }
        return items;
    }

    private Expression inputOf(RelNode source, @Nullable Project bottom, int column) {
        RexNode rex = bottom == null
                ? sql.rexBuilder().makeInputRef(source, column)
                : bottom.getProjects().get(column);
        DataType type = SqlTypes.from(rex.getType());
        if (type == null) {
            throw new IllegalStateException("an aggregate over " + rex.getType());
        }
        String text =
                rex instanceof RexInputRef ref ? columns.column(ref.getIndex()).name() : rex.toString();
        return new Expression(Text.of(text), rex, type, Expressions.isNullable(rex));
    }

    private @Nullable AggregateCall call(
            org.apache.calcite.rel.core.AggregateCall call,
            RelNode source,
            @Nullable Project bottom,
            Text text,
            Consumer<Problem> problems) {
        int argument = -1;
        DataType argumentType = null;
        if (!call.getArgList().isEmpty()) {
            int column = call.getArgList().get(0);
            RelDataType type = source.getRowType().getFieldList().get(column).getType();
            argumentType = SqlTypes.from(type);
            if (argumentType == null) {
                problems.accept(Expressions.notAColumn(text, type));
                return null;
            }
            argument = place(inputOf(source, bottom, column));
        }
        int filter = call.filterArg < 0 ? -1 : place(inputOf(source, bottom, call.filterArg));
        DataType resultType = SqlTypes.from(call.getType());
        String name = call.getAggregation().getName().toUpperCase(Locale.ROOT);
        if (resultType == null) {
            problems.accept(Expressions.notAColumn(text, call.getType()));
            return null;
        }
        return new AggregateCall(
                AggregateCall.Function.valueOf(name), call.isDistinct(), argument, argumentType, filter, resultType);
    }

    /** The index of the expression in the input; equal expressions share one. */
    private int place(Expression expression) {
        for (int i = 0; i < input.size(); i++) {
            if (input.get(i).rex().equals(expression.rex())) {
                return i;
            }
        }
        input.add(expression);
        return input.size() - 1;
    }

    private @Nullable List<Expression> results(
            List<Integer> by,
            Map<Text, Text> values,
            @Nullable Project top,
            Aggregate aggregate,
            int keyCount,
            boolean windowed,
            Consumer<Problem> problems) {
        List<Expression> results = new ArrayList<>();
        int index = by.size();
        for (Text text : values.values()) {
            RexNode rex = top == null
                    ? sql.rexBuilder().makeInputRef(aggregate, index)
                    : top.getProjects().get(index);
            DataType type = SqlTypes.from(rex.getType());
            if (type == null) {
                problems.accept(Expressions.notAColumn(text, rex.getType()));
                return null;
            }
            boolean nullable = Expressions.isNullable(rex) || type instanceof DataType.Decimal;
            results.add(new Expression(text, windowed ? rex.accept(new Shift(keyCount)) : rex, type, nullable));
            index++;
        }
        return results;
    }

    /** The first value that mentions the function, to point at. */
    private static Text textOf(org.apache.calcite.rel.core.AggregateCall call, Map<Text, Text> values) {
        String name = call.getAggregation().getName();
        Text first = null;
        for (Text text : values.values()) {
            first = first == null ? text : first;
            if (text.value().toUpperCase(Locale.ROOT).contains(name)) {
                return text;
            }
        }
        if (first == null) {
            throw new IllegalStateException("an aggregate without values");
        }
        return first;
    }

    /** Makes room for the window's start and end behind the key. */
    private static final class Shift extends RexShuttle {
        private static final int WINDOW_COLUMNS = 2;

        private final int keyCount;

        Shift(int keyCount) {
            this.keyCount = keyCount;
        }

        @Override
        public RexNode visitInputRef(RexInputRef ref) {
            return ref.getIndex() < keyCount ? ref : new RexInputRef(ref.getIndex() + WINDOW_COLUMNS, ref.getType());
        }
    }
}
