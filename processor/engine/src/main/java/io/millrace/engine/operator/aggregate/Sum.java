package io.millrace.engine.operator.aggregate;

import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Decimals;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A sum; NULL if there is nothing to sum. Its first slot is null until the first argument. */
sealed interface Sum extends Accumulator {
    int slotCount();

    /** The sum divided by {@code count}, which is positive, as a value of the call's result type. */
    @Nullable
    Object average(@Nullable Object[] slots, int at, long count);

    /**
     * Of whole numbers: kept in 64 bits and cut to the result's type at the end, which is the same as wrapping in that type at
     * each step. An average is exact while the sum fits 64 bits, and truncated toward zero.
     */
    record IntegerSum(Scalar resultType) implements Sum {
        private static final List<DataType> SLOTS = List.of(Scalar.BIGINT);

        static boolean supports(DataType type) {
            return type == Scalar.TINYINT || type == Scalar.SMALLINT || type == Scalar.INT || type == Scalar.BIGINT;
        }

        @Override
        public List<DataType> slots() {
            return SLOTS;
        }

        @Override
        public int slotCount() {
            return 1;
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {
            Object sum = slots[at];
            long value = ((Number) argument).longValue();
            slots[at] = sum == null ? value : (long) sum + value;
        }

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {
            Object argument = from[fromAt];
            if (argument != null) {
                add(slots, at, argument);
            }
        }

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            Object sum = slots[at];
            return sum == null ? null : cut((long) sum);
        }

        @Override
        public @Nullable Object average(@Nullable Object[] slots, int at, long count) {
            Object sum = slots[at];
            return sum == null ? null : cut((long) sum / count);
        }

        private Object cut(long value) {
            return switch (resultType) {
                case TINYINT -> (byte) value;
                case SMALLINT -> (short) value;
                case INT -> (int) value;
                default -> value;
            };
        }
    }

    /** Of floating-point numbers, in double precision. */
    record FloatingSum(Scalar resultType) implements Sum {
        private static final List<DataType> SLOTS = List.of(Scalar.DOUBLE);

        static boolean supports(DataType type) {
            return type == Scalar.FLOAT || type == Scalar.DOUBLE;
        }

        @Override
        public List<DataType> slots() {
            return SLOTS;
        }

        @Override
        public int slotCount() {
            return 1;
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {
            Object sum = slots[at];
            double value = ((Number) argument).doubleValue();
            slots[at] = sum == null ? value : (double) sum + value;
        }

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {
            Object argument = from[fromAt];
            if (argument != null) {
                add(slots, at, argument);
            }
        }

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            Object sum = slots[at];
            return sum == null ? null : cut((double) sum);
        }

        @Override
        public @Nullable Object average(@Nullable Object[] slots, int at, long count) {
            Object sum = slots[at];
            return sum == null ? null : cut((double) sum / count);
        }

        private Object cut(double value) {
            if (resultType == Scalar.FLOAT) {
                return (float) value;
            }
            return value;
        }
    }

    /**
     * Of decimals, exactly: the sum is {@code slot 0 + slot 1 * 10^38} (in units of the scale), so that whether it overflows is
     * decided by the whole sum, and not by the order in which its parts arrived. A result that overflows its type is NULL.
     */
    record DecimalSum(int scale, DataType.Decimal resultType, BigDecimal carryUnit) implements Sum {
        private static final int MAX_DIGITS = 38;
        private static final BigInteger CARRY_UNIT = BigInteger.TEN.pow(MAX_DIGITS);

        DecimalSum(int scale, DataType.Decimal resultType) {
            this(scale, resultType, new BigDecimal(CARRY_UNIT, scale));
        }

        @Override
        public List<DataType> slots() {
            return List.of(new DataType.Decimal(MAX_DIGITS, scale), Scalar.BIGINT);
        }

        @Override
        public int slotCount() {
            return 2;
        }

        @Override
        public void start(@Nullable Object[] slots, int at) {
            slots[at + 1] = 0L;
        }

        @Override
        public void add(@Nullable Object[] slots, int at, Object argument) {
            BigDecimal value = (BigDecimal) argument;
            Object sum = slots[at];
            BigDecimal rest = sum == null ? value : ((BigDecimal) sum).add(value);
            if (rest.precision() > MAX_DIGITS) {
                // Both parts were below one unit, so one carry is enough.
                slots[at + 1] = (long) slots[at + 1] + rest.signum();
                rest = rest.signum() > 0 ? rest.subtract(carryUnit) : rest.add(carryUnit);
            }
            slots[at] = rest;
        }

        @Override
        public void merge(@Nullable Object[] slots, int at, @Nullable Object[] from, int fromAt) {
            Object argument = from[fromAt];
            if (argument != null) {
                add(slots, at, argument);
                slots[at + 1] = (long) slots[at + 1] + (long) from[fromAt + 1];
            }
        }

        @Override
        public @Nullable Object result(@Nullable Object[] slots, int at) {
            BigDecimal sum = exact(slots, at);
            return sum == null ? null : Decimals.fit(sum, resultType);
        }

        @Override
        public @Nullable Object average(@Nullable Object[] slots, int at, long count) {
            BigDecimal sum = exact(slots, at);
            return sum == null
                    ? null
                    : Decimals.fit(
                            sum.divide(BigDecimal.valueOf(count), resultType.scale(), RoundingMode.HALF_UP),
                            resultType);
        }

        private @Nullable BigDecimal exact(@Nullable Object[] slots, int at) {
            BigDecimal rest = (BigDecimal) slots[at];
            long carry = (long) slots[at + 1];
            return rest == null || carry == 0 ? rest : rest.add(carryUnit.multiply(BigDecimal.valueOf(carry)));
        }
    }
}
