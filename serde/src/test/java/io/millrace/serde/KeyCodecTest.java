package io.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.DataType.Scalar;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class KeyCodecTest {
    @Test
    void every_key_reads_back_as_it_was() {
        for (long seed = 0; seed < 300; seed++) {
            RandomRows rows = new RandomRows(seed, true, true).withoutMaps();
            RowType type = rows.type(5, 2);
            KeyCodec codec = new KeyCodec(type);
            @Nullable Object[] key = rows.row(type);
            assertThat(RandomRows.text(codec.decode(codec.encode(key))))
                    .as("seed %d, type %s", seed, type)
                    .isEqualTo(RandomRows.text(key));
        }
    }

    @Test
    void keys_are_equal_exactly_when_their_bytes_are_and_none_begins_another() {
        for (long seed = 0; seed < 100; seed++) {
            RandomRows rows = new RandomRows(seed, true, true).withoutMaps();
            RowType type = rows.type(3, 1);
            KeyCodec codec = new KeyCodec(type);
            List<@Nullable Object[]> keys = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                keys.add(rows.row(type));
            }
            for (@Nullable Object[] a : keys) {
                for (@Nullable Object[] b : keys) {
                    byte[] left = codec.encode(a);
                    byte[] right = codec.encode(b);
                    boolean same = RandomRows.text(a).equals(RandomRows.text(b));
                    boolean begins =
                            left.length <= right.length && Arrays.equals(left, 0, left.length, right, 0, left.length);
                    assertThat(begins)
                            .as("seed %d: %s and %s", seed, RandomRows.text(a), RandomRows.text(b))
                            .isEqualTo(same);
                }
            }
        }
    }

    @Test
    void byte_order_is_value_order_with_nulls_first() {
        checkOrder(Scalar.BOOLEAN, null, false, true);
        checkOrder(Scalar.TINYINT, null, Byte.MIN_VALUE, (byte) -1, (byte) 0, (byte) 1, Byte.MAX_VALUE);
        checkOrder(Scalar.SMALLINT, null, Short.MIN_VALUE, (short) -1, (short) 0, (short) 300, Short.MAX_VALUE);
        checkOrder(Scalar.INT, null, Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE);
        checkOrder(Scalar.BIGINT, null, Long.MIN_VALUE, -1L, 0L, 1L, 1L << 40, Long.MAX_VALUE);
        checkOrder(
                Scalar.FLOAT,
                null,
                Float.NEGATIVE_INFINITY,
                -1.5f,
                0f,
                Float.MIN_VALUE,
                2f,
                Float.POSITIVE_INFINITY,
                Float.NaN);
        checkOrder(
                Scalar.DOUBLE,
                null,
                Double.NEGATIVE_INFINITY,
                -1e300,
                -1d,
                0d,
                1d,
                Double.POSITIVE_INFINITY,
                Double.NaN);
        checkOrder(
                Scalar.STRING,
                null,
                "",
                "\0",
                "\0\0",
                "\0a",
                "a",
                "a\0",
                "a\0b",
                "ab",
                "b",
                "\u00e4",
                "\uffff",
                "\ud83d\ude00");
        checkOrder(Scalar.BYTES, null, new byte[0], new byte[] {0}, new byte[] {0, 1}, new byte[] {1}, new byte[] {-1});
        checkOrder(
                new DataType.Decimal(5, 2),
                null,
                new BigDecimal("-999.99"),
                new BigDecimal("0.00"),
                new BigDecimal("0.01"));
        checkOrder(
                new DataType.Decimal(38, 2),
                null,
                new BigDecimal("-99999999999999999999.99"),
                new BigDecimal("-0.01"),
                new BigDecimal("0.00"),
                new BigDecimal("999999999999999999999999999999999999.99"));
        checkOrder(
                new DataType.Array(Scalar.INT), null, List.of(), List.of(1), List.of(1, -5), List.of(1, 2), List.of(2));
    }

    private static void checkOrder(DataType type, @Nullable Object... ascending) {
        KeyCodec codec = new KeyCodec(RowType.of(new Column("k", type), new Column("last", Scalar.INT)));
        byte[] before = {};
        for (Object value : ascending) {
            byte[] bytes = codec.encode(new @Nullable Object[] {value, -1});
            assertThat(Arrays.compareUnsigned(before, bytes))
                    .as("%s %s", type, value)
                    .isNegative();
            before = codec.encode(new @Nullable Object[] {value, 1});
        }
    }

    @Test
    void zeros_of_both_signs_and_all_nans_are_one_key_each() {
        KeyCodec codec = new KeyCodec(RowType.of(new Column("d", Scalar.DOUBLE), new Column("f", Scalar.FLOAT)));
        assertThat(codec.encode(new @Nullable Object[] {-0.0, -0.0f}))
                .isEqualTo(codec.encode(new @Nullable Object[] {0.0, 0.0f}));
        double otherNan = Double.longBitsToDouble(0x7ff8000000000123L);
        assertThat(codec.encode(new @Nullable Object[] {otherNan, Float.NaN}))
                .isEqualTo(codec.encode(new @Nullable Object[] {Double.NaN, Float.NaN}));
    }

    @Test
    void decimals_are_equal_by_value_at_the_types_scale() {
        KeyCodec codec = new KeyCodec(RowType.of(new Column("d", new DataType.Decimal(10, 2))));
        assertThat(codec.encode(new @Nullable Object[] {new BigDecimal("1.5")}))
                .isEqualTo(codec.encode(new @Nullable Object[] {new BigDecimal("1.50")}));
    }

    @Test
    void halves_of_surrogate_pairs_stay_different_keys() {
        KeyCodec codec = new KeyCodec(RowType.of(new Column("s", Scalar.STRING)));
        assertThat(codec.encode(new @Nullable Object[] {"\ud800"}))
                .isNotEqualTo(codec.encode(new @Nullable Object[] {"\ud801"}));
        assertThat(codec.encode(new @Nullable Object[] {"\ud800"}))
                .isNotEqualTo(codec.encode(new @Nullable Object[] {"?"}));
    }

    @Test
    void a_key_can_be_taken_from_any_columns_of_a_row() {
        KeyCodec codec = new KeyCodec(RowType.of(new Column("b", Scalar.INT), new Column("a", Scalar.STRING)));
        @Nullable Object[] row = {"x", 1.0, 7};
        assertThat(codec.encode(row, new int[] {2, 0})).isEqualTo(codec.encode(new @Nullable Object[] {7, "x"}));
        assertThat(HexFormat.of().formatHex(codec.encode(row, new int[] {2, 0})))
                .isEqualTo("0180000007" + "01780000");
    }

    @Test
    void a_map_cannot_be_a_key() {
        RowType type = RowType.of(new Column(
                "r", new DataType.Struct(RowType.of(new Column("m", new DataType.MapOf(Scalar.STRING, Scalar.INT))))));
        assertThatThrownBy(() -> new KeyCodec(type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"r.m\"")
                .hasMessageContaining("cannot be a key");
    }

    @Test
    void damaged_bytes_are_a_decode_exception_or_another_key_and_nothing_else() {
        for (long seed = 0; seed < 300; seed++) {
            RandomRows rows = new RandomRows(seed, true, true).withoutMaps();
            RowType type = rows.type(4, 2);
            KeyCodec codec = new KeyCodec(type);
            byte[] bytes = codec.encode(rows.row(type));
            for (int i = 0; i < 40; i++) {
                byte[] damaged = rows.damaged(bytes);
                try {
                    codec.decode(damaged);
                } catch (DecodeException e) {
                    // what damaged bytes deserve
                } catch (RuntimeException e) {
                    throw new AssertionError(
                            "seed " + seed + ": " + HexFormat.of().formatHex(damaged), e);
                }
            }
        }
    }
}
