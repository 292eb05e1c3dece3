package io.millrace.plan.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.util.TimeUnitRange;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.TimestampString;

/**
 * Makes what is about days and hours of an instant go by the clock of the job's zone: the instant becomes the TIMESTAMP that the clock
 * shows, Calcite does its calendar arithmetic with that, and where the result is an instant again it is the one at which the clock shows
 * it. Durations (differences, {@code + INTERVAL '1' DAY}, milliseconds since 1970) need no zone and stay exact.
 */
final class ZonedRexes extends RexShuttle {
    private final RexBuilder builder;
    private final boolean utc;

    /** @param utc whether the zone is UTC: an instant and what the clock shows are then the same number */
    ZonedRexes(RexBuilder builder, boolean utc) {
        this.builder = builder;
        this.utc = utc;
    }

    @Override
    public RexNode visitCall(RexCall original) {
        RexNode visited = super.visitCall(original);
        if (!(visited instanceof RexCall call)) {
            return visited;
        }
        return switch (call.getKind()) {
            case CAST, SAFE_CAST -> cast(call);
            case EXTRACT -> unit(call, 0) == TimeUnitRange.EPOCH ? call : onWallClock(call);
            case FLOOR -> rounded(call, ZoneFunction.INSTANT_UP_TO);
            case CEIL -> rounded(call, ZoneFunction.INSTANT_FROM);
            case PLUS, MINUS -> monthsAway(call);
            case EQUALS,
                    NOT_EQUALS,
                    LESS_THAN,
                    LESS_THAN_OR_EQUAL,
                    GREATER_THAN,
                    GREATER_THAN_OR_EQUAL,
                    IS_DISTINCT_FROM,
                    IS_NOT_DISTINCT_FROM -> compared(call);
            default -> named(call);
        };
    }

    /** An instant that is written out: its text is what the clock shows. */
    @Override
    public RexNode visitLiteral(RexLiteral literal) {
        TimestampString shown =
                isInstant(literal.getType()) && !literal.isNull() ? literal.getValueAs(TimestampString.class) : null;
        return shown == null
                ? literal
                : instant(
                        literal.getType(),
                        builder.makeTimestampLiteral(shown, literal.getType().getPrecision()));
    }

    private RexNode cast(RexCall call) {
        RexNode operand = call.getOperands().get(0);
        boolean fromInstant = isInstant(operand.getType());
        if (isInstant(call.getType()) == fromInstant) {
            return call;
        }
        if (fromInstant) {
            RexNode shown = wallClock(operand);
            return isTimestamp(call.getType()) ? shown : call.clone(call.getType(), List.of(shown));
        }
        if (isTimestamp(operand.getType())) {
            return instant(call.getType(), operand);
        }
        return instant(call.getType(), call.clone(timestampLike(call.getType()), call.getOperands()));
    }

    /** FLOOR and CEIL of an instant to a unit; of numbers they have one operand. */
    private RexNode rounded(RexCall call, SqlOperator back) {
        RexNode operand = call.getOperands().get(0);
        if (call.getOperands().size() < 2 || !isInstant(operand.getType())) {
            return call;
        }
        List<RexNode> operands = new ArrayList<>(call.getOperands());
        operands.set(0, wallClock(operand));
        RexNode shown = call.clone(timestampLike(call.getType()), operands);
        return utc ? same(call.getType(), shown) : builder.makeCall(call.getType(), back, List.of(shown, operand));
    }

    /** A month is as long as the calendar has it; a day here is 24 hours. */
    private RexNode monthsAway(RexCall call) {
        boolean months = call.getOperands().stream().anyMatch(operand -> isMonths(operand.getType()));
        if (!months && !isMonths(call.getType())) {
            return call;
        }
        if (months && isInstant(call.getType())) {
            // Of instants Calcite would take the months for milliseconds.
            SqlOperator operator =
                    call.getKind() == SqlKind.PLUS ? SqlStdOperatorTable.DATETIME_PLUS : SqlStdOperatorTable.MINUS_DATE;
            List<RexNode> operands =
                    call.getOperands().stream().map(this::shown).toList();
            return instant(call.getType(), builder.makeCall(timestampLike(call.getType()), operator, operands));
        }
        return onWallClock(call);
    }

    /** An instant is compared with the instant at which the clock shows a TIMESTAMP. */
    private RexNode compared(RexCall call) {
        if (call.getOperands().stream().noneMatch(operand -> isInstant(operand.getType()))) {
            return call;
        }
        List<RexNode> operands = call.getOperands().stream()
                .map(operand ->
                        isTimestamp(operand.getType()) ? instant(instantLike(operand.getType()), operand) : operand)
                .toList();
        return call.clone(call.getType(), operands);
    }

    private RexNode named(RexCall call) {
        SqlOperator operator = call.getOperator();
        if (operator.equals(SqlLibraryOperators.TIMESTAMP_TRUNC)) {
            return rounded(call, ZoneFunction.INSTANT_UP_TO);
        }
        if (operator.equals(SqlLibraryOperators.FORMAT_TIMESTAMP)
                || operator.equals(SqlLibraryOperators.DAYNAME)
                || operator.equals(SqlLibraryOperators.MONTHNAME)
                || operator.equals(SqlLibraryOperators.PARSE_TIMESTAMP)) {
            return onWallClock(call);
        }
        return call;
    }

    private RexNode onWallClock(RexCall call) {
        List<RexNode> operands = call.getOperands().stream().map(this::shown).toList();
        return isInstant(call.getType())
                ? instant(call.getType(), call.clone(timestampLike(call.getType()), operands))
                : call.clone(call.getType(), operands);
    }

    private RexNode shown(RexNode operand) {
        return isInstant(operand.getType()) ? wallClock(operand) : operand;
    }

    private RexNode wallClock(RexNode instant) {
        RelDataType type = timestampLike(instant.getType());
        return utc ? same(type, instant) : builder.makeCall(type, ZoneFunction.WALL_CLOCK, List.of(instant));
    }

    private RexNode instant(RelDataType type, RexNode shown) {
        return utc ? same(type, shown) : builder.makeCall(type, ZoneFunction.INSTANT, List.of(shown));
    }

    private RexNode same(RelDataType type, RexNode value) {
        return builder.makeReinterpretCast(type, value, builder.makeLiteral(false));
    }

    private RelDataType timestampLike(RelDataType type) {
        return typeLike(SqlTypeName.TIMESTAMP, type);
    }

    private RelDataType instantLike(RelDataType type) {
        return typeLike(SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE, type);
    }

    private RelDataType typeLike(SqlTypeName name, RelDataType type) {
        return builder.getTypeFactory()
                .createTypeWithNullability(builder.getTypeFactory().createSqlType(name), type.isNullable());
    }

    private static TimeUnitRange unit(RexCall call, int operand) {
        RexNode unit = call.getOperands().get(operand);
        return unit instanceof RexLiteral literal && literal.getValue() instanceof TimeUnitRange range
                ? range
                : TimeUnitRange.DAY;
    }

    private static boolean isMonths(RelDataType type) {
        return SqlTypeName.YEAR_INTERVAL_TYPES.contains(type.getSqlTypeName());
    }

    private static boolean isInstant(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
    }

    private static boolean isTimestamp(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.TIMESTAMP;
    }
}
