package io.millrace.plan.expression;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.jspecify.annotations.Nullable;

/**
 * Refuses comparisons that Calcite lets through and then computes wrongly: a number with a text, a DATE (days) with a TIMESTAMP
 * (milliseconds).
 */
final class Comparisons extends SqlBasicVisitor<Void> {
    private static final Set<SqlKind> COMPARING = EnumSet.of(
            SqlKind.EQUALS,
            SqlKind.NOT_EQUALS,
            SqlKind.LESS_THAN,
            SqlKind.LESS_THAN_OR_EQUAL,
            SqlKind.GREATER_THAN,
            SqlKind.GREATER_THAN_OR_EQUAL,
            SqlKind.IS_DISTINCT_FROM,
            SqlKind.IS_NOT_DISTINCT_FROM,
            SqlKind.BETWEEN,
            SqlKind.IN,
            SqlKind.NOT_IN,
            SqlKind.NULLIF);

    private final SqlValidator validator;

    private final SqlValidatorScope scope;

    private Comparisons(SqlValidator validator, SqlValidatorScope scope) {
        this.validator = validator;
        this.scope = scope;
    }

    /** @throws CalciteContextException at the first one */
    static void check(SqlSelect valid, SqlValidator validator) {
        SqlValidatorScope scope = validator.getSelectScope(valid);
        if (scope == null) {
            throw new IllegalStateException("a validated query without a scope");
        }
        valid.getSelectList().accept(new Comparisons(validator, scope));
    }

    @Override
    public @Nullable Void visit(SqlCall call) {
        if (COMPARING.contains(call.getKind())) {
            List<SqlNode> operands = new ArrayList<>();
            for (SqlNode operand : call.getOperandList()) {
                if (operand instanceof SqlNodeList list) {
                    list.forEach(operands::add);
                } else {
                    operands.add(operand);
                }
            }
            RelDataType first = typeOf(operands.get(0));
            for (SqlNode operand : operands.subList(1, operands.size())) {
                RelDataType type = typeOf(operand);
                if (!comparable(first, type)) {
                    throw uncomparable(call, first, type);
                }
            }
        }
        return super.visit(call);
    }

    private RelDataType typeOf(SqlNode node) {
        return validator.deriveType(scope, node);
    }

    private static boolean comparable(RelDataType a, RelDataType b) {
        if (isUntyped(a) || isUntyped(b)) {
            return true;
        }
        if (SqlTypeUtil.isCharacter(a) || SqlTypeUtil.isCharacter(b)) {
            return SqlTypeUtil.isCharacter(a) && SqlTypeUtil.isCharacter(b);
        }
        if (SqlTypeUtil.isDatetime(a) && SqlTypeUtil.isDatetime(b)) {
            return timeKind(a) == timeKind(b);
        }
        return true;
    }

    private static boolean isUntyped(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.NULL || type.getSqlTypeName() == SqlTypeName.ANY;
    }

    private static SqlTypeName timeKind(RelDataType type) {
        SqlTypeName name = type.getSqlTypeName();
        return name == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE ? SqlTypeName.TIMESTAMP : name;
    }

    private static CalciteContextException uncomparable(SqlCall call, RelDataType a, RelDataType b) {
        String operator = call.getKind() == SqlKind.BETWEEN
                ? "BETWEEN"
                : call.getOperator().getName();
        String types = "<" + a + "> " + operator + " <" + b + ">";
        SqlParserPos at = call.getParserPosition();
        return new CalciteContextException(
                "",
                new CalciteException(CalciteMessages.cannotApply(operator, types), null),
                at.getLineNum(),
                at.getColumnNum(),
                at.getEndLineNum(),
                at.getEndColumnNum());
    }
}
