package io.millrace.plan.expression;

import io.millrace.engine.operator.transform.RowFunction;
import io.millrace.engine.operator.transform.RowPredicate;
import io.millrace.engine.topology.Input;
import io.millrace.serde.RowType;
import java.lang.reflect.Constructor;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Supplier;
import org.codehaus.commons.compiler.CompileException;
import org.codehaus.commons.compiler.CompilerFactoryFactory;
import org.codehaus.commons.compiler.ISimpleCompiler;
import org.jspecify.annotations.Nullable;

/** Checked expressions to Java classes. What it makes is thread-safe. */
public final class ExpressionCompiler {
    private final Sql sql;
    private final ConstantContext context;

    ExpressionCompiler(Sql sql, ZoneId zone) {
        this.sql = sql;
        this.context = ConstantContext.in(zone);
    }

    /** A row's new values, one per expression. */
    public RowFunction function(List<Expression> expressions, RowType input) {
        int[] columns = expressions.stream().mapToInt(Expression::column).toArray();
        if (expressions.stream().allMatch(expression -> expression.column() >= 0)) {
            return columns(columns);
        }
        CompiledExpressions compiled = compile(expressions, input);
        return row -> compiled.evaluate(row.values());
    }

    /** Some of a row's columns. */
    public RowFunction columns(int[] indexes) {
        return row -> {
            @Nullable Object[] values = new Object[indexes.length];
            for (int i = 0; i < indexes.length; i++) {
                values[i] = row.value(indexes[i]);
            }
            return values;
        };
    }

    /** A column as an expression. */
    public Expression column(int index, RowType input) {
        return new Expressions(sql, "", input, problem -> {}).column(index);
    }

    /** Whether a BOOLEAN expression is TRUE. */
    public RowPredicate predicate(Expression condition, RowType input) {
        CompiledExpressions compiled = compile(List.of(condition), input);
        return row -> Boolean.TRUE.equals(compiled.first(row.values()));
    }

    /** Whether none of some BOOLEAN expressions is TRUE; no expression is evaluated behind the first that is. */
    public RowPredicate noneTrue(List<Expression> conditions, RowType input) {
        List<RowPredicate> predicates = conditions.stream()
                .map(condition -> predicate(condition, input))
                .toList();
        return row -> {
            for (RowPredicate predicate : predicates) {
                if (predicate.test(row)) {
                    return false;
                }
            }
            return true;
        };
    }

    /** A time in milliseconds from an expression whose values are {@link Long}s. */
    public Input.EventTime eventTime(Expression expression, RowType input) {
        int column = expression.column();
        if (column >= 0) {
            return values -> time(values[column]);
        }
        CompiledExpressions compiled = compile(List.of(expression), input);
        return values -> time(compiled.first(values));
    }

    private static long time(@Nullable Object value) {
        return value == null ? Input.EventTime.NONE : (Long) value;
    }

    private CompiledExpressions compile(List<Expression> expressions, RowType input) {
        EvaluatorSource source = new EvaluatorSource(sql, context, input);
        String text = source.write(expressions);
        try {
            return new CompiledExpressions(expressions, context, maker(text), source.isStateful());
        } catch (CompileException e) {
            throw expressions.size() == 1
                    ? new UncompilableException(expressions.get(0).text(), e)
                    : culprit(expressions, input, e);
        }
    }

    /** Compiles one by one to find the expression that does not compile. */
    private UncompilableException culprit(List<Expression> expressions, RowType input, CompileException cause) {
        for (Expression expression : expressions) {
            try {
                compile(List.of(expression), input);
            } catch (UncompilableException e) {
                return e;
            }
        }
        throw new IllegalStateException("expressions that compile one by one, but not together", cause);
    }

    private static Supplier<Evaluator> maker(String source) throws CompileException {
        ClassLoader loader = Evaluator.class.getClassLoader();
        try {
            ISimpleCompiler compiler =
                    CompilerFactoryFactory.getDefaultCompilerFactory(loader).newSimpleCompiler();
            compiler.setParentClassLoader(loader);
            compiler.cook(source);
            Constructor<? extends Evaluator> constructor = compiler.getClassLoader()
                    .loadClass(EvaluatorSource.CLASS_NAME)
                    .asSubclass(Evaluator.class)
                    .getConstructor();
            return () -> instance(constructor);
        } catch (CompileException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("no Java compiler for expressions", e);
        }
    }

    private static Evaluator instance(Constructor<? extends Evaluator> constructor) {
        try {
            return constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
