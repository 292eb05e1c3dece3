package io.millrace.plan.expression;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.enumerable.CallImplementor;
import org.apache.calcite.adapter.enumerable.NullPolicy;
import org.apache.calcite.adapter.enumerable.RexImpTable;
import org.apache.calcite.linq4j.tree.Expression;
import org.apache.calcite.linq4j.tree.Expressions;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.FunctionParameter;
import org.apache.calcite.schema.ImplementableFunction;
import org.apache.calcite.schema.ScalarFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlUserDefinedFunction;

/** A call of a method of {@link SqlRuntime} that is handed the evaluation's surroundings, and with them the job's zone. */
final class ZoneFunction implements ScalarFunction, ImplementableFunction {
    static final SqlOperator WALL_CLOCK = operator("wallClock", 1);
    static final SqlOperator INSTANT = operator("instant", 1);
    static final SqlOperator INSTANT_UP_TO = operator("instantUpTo", 2);
    static final SqlOperator INSTANT_FROM = operator("instantFrom", 2);

    private final Method method;

    private ZoneFunction(Method method) {
        this.method = method;
    }

    @Override
    public CallImplementor getImplementor() {
        return RexImpTable.createImplementor(
                (translator, call, operands) -> {
                    List<Expression> arguments = new ArrayList<>();
                    arguments.add(translator.getRoot());
                    arguments.addAll(operands);
                    return Expressions.call(method, arguments);
                },
                NullPolicy.STRICT,
                false);
    }

    @Override
    public RelDataType getReturnType(RelDataTypeFactory types) {
        return types.createSqlType(SqlTypeName.TIMESTAMP);
    }

    @Override
    public List<FunctionParameter> getParameters() {
        return List.of();
    }

    private static SqlOperator operator(String name, int times) {
        Class<?>[] parameters = new Class<?>[times + 1];
        parameters[0] = DataContext.class;
        for (int i = 1; i <= times; i++) {
            parameters[i] = long.class;
        }
        try {
            return new SqlUserDefinedFunction(
                    new SqlIdentifier("$" + name, SqlParserPos.ZERO),
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.ARG0,
                    null,
                    null,
                    new ZoneFunction(SqlRuntime.class.getMethod(name, parameters)));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
