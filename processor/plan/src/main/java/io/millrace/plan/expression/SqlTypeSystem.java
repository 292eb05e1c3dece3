package io.millrace.plan.expression;

import java.math.RoundingMode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeSystemImpl;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.jspecify.annotations.Nullable;

/** Limits and derived types: decimals of 38 digits by Flink's rules, times to the millisecond. */
final class SqlTypeSystem extends RelDataTypeSystemImpl {
    static final int MAX_DIGITS = 38;

    private static final int TIME_PRECISION = 3;
    private static final int DEFAULT_DECIMAL_DIGITS = 10;
    /** So many fraction digits survive when a derived type would pass 38 digits. */
    private static final int LEAST_SCALE = 6;

    @Override
    public int getMaxPrecision(SqlTypeName type) {
        return switch (type) {
            case DECIMAL -> MAX_DIGITS;
            case TIME, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIME_WITH_LOCAL_TIME_ZONE -> TIME_PRECISION;
            case VARCHAR, CHAR, VARBINARY, BINARY -> Integer.MAX_VALUE;
            default -> super.getMaxPrecision(type);
        };
    }

    @Override
    public int getDefaultPrecision(SqlTypeName type) {
        return switch (type) {
            case DECIMAL -> DEFAULT_DECIMAL_DIGITS;
            case TIME, TIMESTAMP, TIMESTAMP_WITH_LOCAL_TIME_ZONE, TIME_WITH_LOCAL_TIME_ZONE -> TIME_PRECISION;
            default -> super.getDefaultPrecision(type);
        };
    }

    @Override
    public int getMaxScale(SqlTypeName type) {
        return type == SqlTypeName.DECIMAL ? MAX_DIGITS : super.getMaxScale(type);
    }

    /** Of casts to whole numbers, as in Java and Flink; DECIMAL results are rounded in {@link SqlRuntime#decimal}. */
    @Override
    public RoundingMode roundingMode() {
        return RoundingMode.DOWN;
    }

    /** Otherwise the literals of a CASE would be padded with blanks to the longest of them. */
    @Override
    public boolean shouldConvertRaggedUnionTypesToVarying() {
        return true;
    }

    @Override
    public RelDataType deriveSumType(RelDataTypeFactory factory, RelDataType argument) {
        if (SqlTypeUtil.isDecimal(argument)) {
            return nullableLike(
                    factory, factory.createSqlType(SqlTypeName.DECIMAL, MAX_DIGITS, argument.getScale()), argument);
        }
        return argument;
    }

    @Override
    public RelDataType deriveAvgAggType(RelDataTypeFactory factory, RelDataType argument) {
        if (SqlTypeUtil.isDecimal(argument)) {
            int scale = Math.max(LEAST_SCALE, argument.getScale());
            return nullableLike(factory, factory.createSqlType(SqlTypeName.DECIMAL, MAX_DIGITS, scale), argument);
        }
        return argument;
    }

    @Override
    public @Nullable RelDataType deriveDecimalPlusType(
            RelDataTypeFactory factory, RelDataType left, RelDataType right) {
        return derive(factory, left, right, (p1, s1, p2, s2) -> {
            int scale = Math.max(s1, s2);
            return new int[] {Math.max(p1 - s1, p2 - s2) + scale + 1, scale};
        });
    }

    @Override
    public @Nullable RelDataType deriveDecimalMultiplyType(
            RelDataTypeFactory factory, RelDataType left, RelDataType right) {
        return derive(factory, left, right, (p1, s1, p2, s2) -> new int[] {p1 + p2 + 1, s1 + s2});
    }

    @Override
    public @Nullable RelDataType deriveDecimalDivideType(
            RelDataTypeFactory factory, RelDataType left, RelDataType right) {
        return derive(factory, left, right, (p1, s1, p2, s2) -> {
            int scale = Math.max(LEAST_SCALE, s1 + p2 + 1);
            return new int[] {p1 - s1 + s2 + scale, scale};
        });
    }

    @Override
    public @Nullable RelDataType deriveDecimalModType(RelDataTypeFactory factory, RelDataType left, RelDataType right) {
        return derive(factory, left, right, (p1, s1, p2, s2) -> {
            int scale = Math.max(s1, s2);
            return new int[] {Math.min(p1 - s1, p2 - s2) + scale, scale};
        });
    }

    /** Null unless both types are exact and one is DECIMAL; Calcite then tries its next rule. */
    private static @Nullable RelDataType derive(
            RelDataTypeFactory factory, RelDataType left, RelDataType right, DigitRule rule) {
        boolean exact = SqlTypeUtil.isExactNumeric(left) && SqlTypeUtil.isExactNumeric(right);
        if (!exact || !(SqlTypeUtil.isDecimal(left) || SqlTypeUtil.isDecimal(right))) {
            return null;
        }
        int[] digits = rule.digits(
                integerDigits(left) + scale(left), scale(left), integerDigits(right) + scale(right), scale(right));
        int precision = digits[0];
        int scale = digits[1];
        if (precision > MAX_DIGITS) {
            // Digits before the point are kept as far as possible, at the cost of the fraction.
            int leastScale = Math.min(scale, LEAST_SCALE);
            scale = Math.max(MAX_DIGITS - (precision - scale), leastScale);
            precision = MAX_DIGITS;
        }
        return factory.createSqlType(SqlTypeName.DECIMAL, Math.max(1, precision), scale);
    }

    private static int scale(RelDataType exact) {
        return SqlTypeUtil.isDecimal(exact) ? exact.getScale() : 0;
    }

    private static int integerDigits(RelDataType exact) {
        return switch (exact.getSqlTypeName()) {
            case TINYINT -> 3;
            case SMALLINT -> 5;
            case INTEGER -> 10;
            case BIGINT -> 19;
            default -> exact.getPrecision() - exact.getScale();
        };
    }

    private static RelDataType nullableLike(RelDataTypeFactory factory, RelDataType type, RelDataType like) {
        return factory.createTypeWithNullability(type, like.isNullable());
    }

    /** Precision and scale of a result, of any size. */
    @FunctionalInterface
    private interface DigitRule {
        int[] digits(int p1, int s1, int p2, int s2);
    }
}
