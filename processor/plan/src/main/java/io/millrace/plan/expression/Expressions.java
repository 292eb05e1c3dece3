package io.millrace.plan.expression;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.jspecify.annotations.Nullable;

/** Checks expressions over one stream. What is wrong with one goes to the list of problems, and the answer is then null. */
public final class Expressions {
    private final Sql sql;
    private final String stream;
    private final RowType columns;
    private final Consumer<Problem> problems;

    Expressions(Sql sql, String stream, RowType columns, Consumer<Problem> problems) {
        this.sql = sql;
        this.stream = stream;
        this.columns = columns;
        this.problems = problems;
    }

    /** A column as an expression. */
    public Expression column(int index) {
        RelDataType type = sql.types().rowOf(columns).getFieldList().get(index).getType();
        return new Expression(
                Text.of(columns.column(index).name()),
                sql.rexBuilder().makeInputRef(type, index),
                columns.column(index).type(),
                columns.column(index).nullable());
    }

    /** The index of a column that a job names, or -1 after reporting that there is none. */
    public int columnIndex(Text name) {
        int index = columns.indexOf(name.value());
        if (index < 0) {
            problems.accept(ExpressionProblems.noColumn(stream, columns, name.value(), name.at(), name.length()));
        }
        return index;
    }

    /** A value for a column. */
    public @Nullable Expression value(Text text) {
        RelNode rel = check(text, null);
        if (rel == null) {
            return null;
        }
        // Without a projection it is the only column of a stream that has no other.
        RexNode rex = rel instanceof Project project
                ? project.getProjects().get(0)
                : sql.rexBuilder().makeInputRef(rel, 0);
        return typed(text, rex);
    }

    /** A condition, for {@code verb}. */
    public @Nullable Expression condition(Text text, String verb) {
        Expression value = value(text);
        if (value != null && value.type() != Scalar.BOOLEAN) {
            problems.accept(Problem.error(
                    text.at(),
                    text.length(),
                    verb + " needs a condition, but this is " + value.type().sql(),
                    "compare it with something"));
            return null;
        }
        return value;
    }

    /** What follows ORDER BY: columns, in their order. */
    public @Nullable List<Ordering> order(Text text) {
        return new OrderReader(text, stream, columns, problems).read();
    }

    /**
     * Aggregate expressions over groups.
     *
     * @param by indexes of the columns to group by
     * @param values result column to expression
     * @param windowed whether the window's start and end come behind the group's columns in the rows that results are computed from
     */
    public @Nullable Aggregation aggregation(List<Integer> by, Map<Text, Text> values, boolean windowed) {
        boolean valid = true;
        for (Text text : values.values()) {
            valid &= check(text, by) != null;
        }
        return valid ? new AggregateReader(sql, stream, columns).read(by, values, windowed, problems) : null;
    }

    private @Nullable Expression typed(Text text, RexNode rex) {
        DataType type = SqlTypes.from(rex.getType());
        if (type == null) {
            problems.accept(notAColumn(text, rex.getType()));
            return null;
        }
        return new Expression(text, rex, type, isNullable(rex));
    }

    /** Whether NULL can come out, although Calcite may have derived NOT NULL. */
    static boolean isNullable(RexNode rex) {
        if (rex.getType().isNullable()) {
            return true;
        }
        if (!(rex instanceof RexCall call)) {
            return false;
        }
        // A computed DECIMAL is NULL when it has too many digits, whatever it is computed from.
        boolean decimal = SqlTypeUtil.isDecimal(rex.getType());
        boolean operands = call.getOperands().stream().anyMatch(Expressions::isNullable);
        return decimal || (operands && Functions.isExtra(call.getOperator()));
    }

    static Problem notAColumn(Text text, RelDataType type) {
        String name = SqlTypes.text(type);
        if (name.equals("NULL")) {
            return ExpressionProblems.nullAlone(text.at(), text.length());
        }
        return Problem.error(
                text.at(), text.length(), "a column cannot be of type " + name, "convert with CAST(... AS ...)");
    }

    /** Parses and validates; with {@code by}, as an aggregate expression over groups. */
    private @Nullable RelNode check(Text text, @Nullable List<Integer> by) {
        ExpressionText expression;
        try {
            expression = new ExpressionText(text, stream, columns);
        } catch (SyntaxException e) {
            problems.accept(ExpressionProblems.of(text, e));
            return null;
        }
        try {
            SqlNode node = Sql.parse(expression.quoted().sql());
            Screening.check(node, sql.functions(), by != null, expression);
            List<SqlNode> groupBy = by == null ? null : Sql.columns(columns, by);
            return sql.select(List.of(node), groupBy, stream, columns);
        } catch (SyntaxException e) {
            problems.accept(ExpressionProblems.of(text, e));
        } catch (SqlParseException e) {
            problems.accept(ExpressionProblems.of(expression, e));
        } catch (CalciteContextException e) {
            problems.accept(ExpressionProblems.of(expression, e));
        } catch (CalciteException | UnsupportedOperationException e) {
            problems.accept(ExpressionProblems.of(expression, new CalciteContextException("", e)));
        } catch (StackOverflowError e) {
            problems.accept(ExpressionProblems.tooDeep(text));
        } catch (RuntimeException | AssertionError e) {
            // Calcite means to complain with the exceptions above and sometimes falls over instead; it is this text all
            // the same.
            problems.accept(Problem.error(text.at(), text.length(), "this expression is not understood", null));
        }
        return null;
    }
}
