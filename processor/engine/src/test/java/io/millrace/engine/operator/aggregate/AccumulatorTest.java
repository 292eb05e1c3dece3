package io.millrace.engine.operator.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.engine.operator.aggregate.AggregateCall.Function;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AccumulatorTest {
    private static final DataType MONEY = new DataType.Decimal(10, 2);
    private static final DataType WIDE = new DataType.Decimal(38, 2);

    @Test
    void count_of_nothing_is_zero_and_all_others_are_null() {
        assertThat(result(Function.COUNT, Scalar.INT, Scalar.BIGINT)).isEqualTo(0L);
        for (Function function : List.of(Function.SUM, Function.MIN, Function.MAX, Function.AVG)) {
            assertThat(result(function, Scalar.INT, Scalar.INT))
                    .as(function.name())
                    .isNull();
            assertThat(result(function, Scalar.DOUBLE, Scalar.DOUBLE))
                    .as(function.name())
                    .isNull();
            assertThat(result(function, MONEY, WIDE)).as(function.name()).isNull();
        }
    }

    @Test
    void sum_of_integers_wraps_in_its_type() {
        assertThat(result(Function.SUM, Scalar.TINYINT, Scalar.TINYINT, (byte) 100, (byte) 100))
                .isEqualTo((byte) -56);
        assertThat(result(Function.SUM, Scalar.SMALLINT, Scalar.SMALLINT, Short.MAX_VALUE, (short) 1))
                .isEqualTo(Short.MIN_VALUE);
        assertThat(result(Function.SUM, Scalar.INT, Scalar.INT, Integer.MAX_VALUE, 1))
                .isEqualTo(Integer.MIN_VALUE);
        assertThat(result(Function.SUM, Scalar.BIGINT, Scalar.BIGINT, Long.MAX_VALUE, 2L))
                .isEqualTo(Long.MIN_VALUE + 1);
        assertThat(result(Function.SUM, Scalar.INT, Scalar.BIGINT, Integer.MAX_VALUE, 1))
                .isEqualTo(1L << 31);
    }

    @Test
    void average_of_integers_is_exact_inside_and_truncated_toward_zero() {
        assertThat(result(Function.AVG, Scalar.INT, Scalar.INT, Integer.MAX_VALUE, Integer.MAX_VALUE))
                .isEqualTo(Integer.MAX_VALUE);
        assertThat(result(Function.AVG, Scalar.TINYINT, Scalar.TINYINT, (byte) 127, (byte) 126))
                .isEqualTo((byte) 126);
        assertThat(result(Function.AVG, Scalar.SMALLINT, Scalar.SMALLINT, (short) -3, (short) -4))
                .isEqualTo((short) -3);
        assertThat(result(Function.AVG, Scalar.BIGINT, Scalar.BIGINT, -1L, 0L)).isEqualTo(0L);
    }

    @Test
    void floating_point_is_summed_in_double_precision() {
        assertThat(result(Function.SUM, Scalar.DOUBLE, Scalar.DOUBLE, 0.5, 0.25))
                .isEqualTo(0.75);
        assertThat(result(Function.SUM, Scalar.FLOAT, Scalar.FLOAT, 16_777_216f, 1f, 1f))
                .isEqualTo(16_777_218f);
        assertThat(result(Function.AVG, Scalar.DOUBLE, Scalar.DOUBLE, 1.0, 2.0)).isEqualTo(1.5);
        assertThat(result(Function.AVG, Scalar.FLOAT, Scalar.FLOAT, 1f, 2f)).isEqualTo(1.5f);
    }

    @Test
    void a_decimal_sum_overflows_to_null_only_if_the_whole_sum_does() {
        BigDecimal most = new BigDecimal("9".repeat(36) + ".99");
        BigDecimal cent = new BigDecimal("0.01");
        assertThat(result(Function.SUM, WIDE, WIDE, most)).isEqualTo(most);
        assertThat(result(Function.SUM, WIDE, WIDE, most, cent)).isNull();
        assertThat(result(Function.SUM, WIDE, WIDE, most, cent, cent.negate())).isEqualTo(most);
        assertThat(result(Function.SUM, WIDE, WIDE, most, most, most, most.negate(), most.negate()))
                .isEqualTo(most);
        assertThat(result(Function.SUM, WIDE, WIDE, most.negate(), cent.negate()))
                .isNull();
        assertThat(result(Function.SUM, WIDE, WIDE, most.negate(), cent.negate(), most, cent))
                .isEqualTo(new BigDecimal("0.00"));
    }

    @Test
    void a_decimal_average_is_rounded_half_up_to_the_results_scale() {
        DataType six = new DataType.Decimal(38, 6);
        assertThat(result(
                        Function.AVG,
                        MONEY,
                        six,
                        new BigDecimal("1.00"),
                        new BigDecimal("1.00"),
                        new BigDecimal("0.00")))
                .isEqualTo(new BigDecimal("0.666667"));
        assertThat(result(Function.AVG, MONEY, MONEY, new BigDecimal("-0.01"), new BigDecimal("0.00")))
                .isEqualTo(new BigDecimal("-0.01"));
        BigDecimal most = new BigDecimal("9".repeat(36) + ".99");
        assertThat(result(Function.AVG, WIDE, WIDE, most, most, most)).isEqualTo(most);
    }

    @Test
    void min_and_max_follow_the_order_of_each_type() {
        extremes(Scalar.BOOLEAN, false, true);
        extremes(Scalar.TINYINT, (byte) -1, (byte) 1);
        extremes(Scalar.SMALLINT, (short) -1, (short) 1);
        extremes(Scalar.INT, -1, 1);
        extremes(Scalar.BIGINT, Long.MIN_VALUE, Long.MAX_VALUE);
        extremes(Scalar.FLOAT, -0.5f, 0.5f);
        extremes(Scalar.DOUBLE, Double.NEGATIVE_INFINITY, Double.NaN);
        extremes(Scalar.STRING, "Z", "a");
        extremes(Scalar.STRING, "a", "a ");
        extremes(Scalar.STRING, "\uFFFD", "\uD83D\uDE00");
        extremes(Scalar.BYTES, new byte[] {1}, new byte[] {(byte) 0x80});
        extremes(Scalar.DATE, -1, 0);
        extremes(Scalar.TIME, 0, 1);
        extremes(Scalar.TIMESTAMP, -1L, 0L);
        extremes(Scalar.TIMESTAMP_LTZ, -1L, 0L);
        extremes(MONEY, new BigDecimal("-10.00"), new BigDecimal("9.00"));
    }

    @ParameterizedTest
    @EnumSource(Scalar.class)
    void count_takes_every_type(Scalar type) {
        assertThat(Accumulator.of(call(Function.COUNT, type, Scalar.BIGINT)).slots())
                .containsExactly(Scalar.BIGINT);
    }

    @Test
    void functions_refuse_types_that_they_cannot_take() {
        assertThatThrownBy(() -> Accumulator.of(call(Function.SUM, Scalar.STRING, Scalar.STRING)))
                .hasMessage("SUM(STRING) cannot be STRING");
        assertThatThrownBy(() -> Accumulator.of(call(Function.AVG, Scalar.INT, Scalar.DOUBLE)))
                .hasMessage("AVG(INT) cannot be DOUBLE");
        DataType list = new DataType.Array(Scalar.INT);
        assertThatThrownBy(() -> Accumulator.of(call(Function.MAX, list, list)))
                .hasMessage("values of ARRAY<INT> have no order for MIN and MAX");
        assertThatThrownBy(() -> Accumulator.of(new AggregateCall(Function.MIN, false, -1, null, -1, Scalar.INT)))
                .hasMessage("MIN needs an argument");
        assertThatThrownBy(() -> Accumulator.of(new AggregateCall(Function.COUNT, true, -1, null, -1, Scalar.BIGINT)))
                .hasMessage("COUNT(DISTINCT *) has no argument to be distinct");
    }

    private static void extremes(DataType type, Object least, Object greatest) {
        assertThat(result(Function.MIN, type, type, greatest, least, greatest))
                .as("MIN " + type)
                .isEqualTo(least);
        assertThat(result(Function.MAX, type, type, least, greatest, least))
                .as("MAX " + type)
                .isEqualTo(greatest);
    }

    /** The result of adding the arguments one by one, after checking that any split into two merged parts gives the same. */
    private static @Nullable Object result(Function function, DataType argument, DataType result, Object... arguments) {
        Accumulator accumulator = Accumulator.of(call(function, argument, result));
        @Nullable Object[] whole = accumulate(accumulator, arguments, 0, arguments.length);
        Object expected = accumulator.result(whole, 0);
        for (int split = 0; split <= arguments.length; split++) {
            @Nullable Object[] left = accumulate(accumulator, arguments, 0, split);
            accumulator.merge(left, 0, accumulate(accumulator, arguments, split, arguments.length), 0);
            assertThat(accumulator.result(left, 0)).as("merged at " + split).isEqualTo(expected);
        }
        return expected;
    }

    private static @Nullable Object[] accumulate(Accumulator accumulator, Object[] arguments, int from, int to) {
        List<Column> columns = new ArrayList<>();
        for (DataType slot : accumulator.slots()) {
            columns.add(new Column("slot" + columns.size(), slot));
        }
        RowCodec codec = new RowCodec(new RowType(columns));
        @Nullable Object[] slots = new Object[columns.size()];
        accumulator.start(slots, 0);
        for (int i = from; i < to; i++) {
            accumulator.add(slots, 0, arguments[i]);
            slots = codec.decode(codec.encode(slots), 0);
        }
        return slots;
    }

    private static AggregateCall call(Function function, DataType argument, DataType result) {
        return new AggregateCall(function, false, 0, argument, -1, result);
    }
}
