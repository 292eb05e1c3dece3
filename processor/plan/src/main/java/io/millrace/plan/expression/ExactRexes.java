package io.millrace.plan.expression;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.schema.impl.ScalarFunctionImpl;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlUserDefinedFunction;
import org.jspecify.annotations.Nullable;

/**
 * Replaces what Calcite computes otherwise than SEMANTICS says: DECIMAL results have exactly their declared scale, rounded half up, and
 * are NULL when they have too many digits (Calcite divides with 16 digits and throws); numbers and times become text as they are
 * written ({@code 0.50}, not {@code .5}; {@code 3.5}, not {@code 3.5E0}; with milliseconds).
 */
final class ExactRexes extends RexShuttle {
    private static final SqlOperator DECIMAL = operator("decimal", Object.class, int.class, int.class);
    private static final SqlOperator DIVIDE = operator("divide", Object.class, Object.class, int.class, int.class);
    private static final SqlOperator TEXT = operator("text", Object.class);

    private static final SqlOperator TIMESTAMP_TEXT = operator("timestampText", Long.class);
    private static final SqlOperator TIME_TEXT = operator("timeText", Integer.class);

    private final RexBuilder builder;

    ExactRexes(RexBuilder builder) {
        this.builder = builder;
    }

    @Override
    public RexNode visitCall(RexCall original) {
        RexNode visited = super.visitCall(original);
        if (!(visited instanceof RexCall call)) {
            return visited;
        }
        RelDataType type = call.getType();
        if (call.getKind() == SqlKind.CAST) {
            RelDataType from = call.getOperands().get(0).getType();
            SqlOperator text = SqlTypeUtil.isCharacter(type) ? textOf(from) : null;
            if (text != null) {
                return castText(call, text);
            }
            return SqlTypeUtil.isDecimal(type) && isNumberOrText(from) ? call(DECIMAL, type, call.getOperands()) : call;
        }
        if (!SqlTypeUtil.isDecimal(type)) {
            return call;
        }
        return switch (call.getKind()) {
            case DIVIDE -> call(DIVIDE, type, call.getOperands());
            case PLUS, MINUS, TIMES, MOD, FLOOR, CEIL, OTHER_FUNCTION -> call(DECIMAL, type, List.of(call));
            default -> call;
        };
    }

    private static @Nullable SqlOperator textOf(RelDataType from) {
        return switch (from.getSqlTypeName()) {
            case TINYINT, SMALLINT, INTEGER, BIGINT, REAL, FLOAT, DOUBLE, DECIMAL -> TEXT;
            case TIMESTAMP -> TIMESTAMP_TEXT;
            case TIME -> TIME_TEXT;
            default -> null;
        };
    }

    private RexNode castText(RexCall cast, SqlOperator operator) {
        RelDataType unbounded = builder.getTypeFactory()
                .createTypeWithNullability(
                        builder.getTypeFactory().createSqlType(SqlTypeName.VARCHAR),
                        cast.getType().isNullable());
        RexNode text = builder.makeCall(unbounded, operator, cast.getOperands());
        return builder.makeAbstractCast(cast.getType(), text, false);
    }

    /** The call with precision and scale of its type as last operands; nullable, because too many digits give NULL. */
    private RexNode call(SqlOperator operator, RelDataType type, List<RexNode> operands) {
        List<RexNode> all = new ArrayList<>(operands);
        all.add(builder.makeExactLiteral(BigDecimal.valueOf(type.getPrecision())));
        all.add(builder.makeExactLiteral(BigDecimal.valueOf(type.getScale())));
        return builder.makeCall(builder.getTypeFactory().createTypeWithNullability(type, true), operator, all);
    }

    private static boolean isNumberOrText(RelDataType type) {
        return SqlTypeUtil.isNumeric(type) || SqlTypeUtil.isCharacter(type);
    }

    private static SqlOperator operator(String method, Class<?>... parameters) {
        try {
            Method target = SqlRuntime.class.getMethod(method, parameters);
            return new SqlUserDefinedFunction(
                    new SqlIdentifier("$" + method, SqlParserPos.ZERO),
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.ARG0,
                    null,
                    null,
                    ScalarFunctionImpl.createUnsafe(target));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
