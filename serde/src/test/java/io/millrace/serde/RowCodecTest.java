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

final class RowCodecTest {
    @Test
    void every_row_of_every_type_reads_back_as_it_was() {
        for (long seed = 0; seed < 500; seed++) {
            RandomRows rows = new RandomRows(seed, true, true).withAnyMapKeys();
            RowType type = rows.type(12, 3);
            RowCodec codec = new RowCodec(type);
            for (int i = 0; i < 5; i++) {
                @Nullable Object[] row = rows.row(type);
                byte[] bytes = codec.encode(row);
                assertThat(RandomRows.text(codec.decode(bytes, 0)))
                        .as("seed %d, type %s", seed, type)
                        .isEqualTo(RandomRows.text(row));
            }
        }
    }

    @Test
    void the_layout_is_count_then_null_bits_then_values() {
        RowType type = RowType.of(
                new Column("id", Scalar.BIGINT), new Column("name", Scalar.STRING), new Column("gone", Scalar.INT));
        byte[] bytes = new RowCodec(type).encode(new @Nullable Object[] {-2L, "ab", null});
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("03" + "04" + "03" + "026162");
    }

    @Test
    void rows_of_more_than_64_columns_keep_their_nulls() {
        List<Column> columns = new ArrayList<>();
        @Nullable Object[] values = new Object[100];
        for (int i = 0; i < values.length; i++) {
            columns.add(new Column("c" + i, Scalar.INT));
            values[i] = i % 3 == 0 ? null : i;
        }
        RowCodec codec = new RowCodec(new RowType(columns));
        assertThat(codec.decode(codec.encode(values), 0)).containsExactly(values);
    }

    @Test
    void an_older_row_reads_as_null_in_columns_that_were_added() {
        Column id = new Column("id", Scalar.BIGINT, false);
        byte[] old = new RowCodec(RowType.of(id)).encode(new @Nullable Object[] {7L});
        RowCodec now = new RowCodec(RowType.of(id, new Column("note", Scalar.STRING)));
        assertThat(now.decode(old, 0)).containsExactly(7L, null);
    }

    @Test
    void an_older_row_without_a_not_null_column_is_refused() {
        Column id = new Column("id", Scalar.BIGINT, false);
        byte[] old = new RowCodec(RowType.of(id)).encode(new @Nullable Object[] {7L});
        RowCodec now = new RowCodec(RowType.of(id, new Column("n", Scalar.INT, false)));
        assertThatThrownBy(() -> now.decode(old, 0))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("\"n\"")
                .hasMessageContaining("NOT NULL");
    }

    @Test
    void a_newer_row_with_more_columns_is_refused() {
        Column id = new Column("id", Scalar.BIGINT);
        byte[] newer = new RowCodec(RowType.of(id, new Column("n", Scalar.INT))).encode(new @Nullable Object[] {7L, 1});
        RowCodec older = new RowCodec(RowType.of(id));
        assertThatThrownBy(() -> older.decode(newer, 0))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("2 columns where the type has 1");
    }

    @Test
    void rows_can_follow_each_other_in_one_buffer() {
        RowCodec codec = new RowCodec(RowType.of(new Column("id", Scalar.BIGINT)));
        BinaryWriter out = new BinaryWriter();
        out.writeVarInt(99);
        codec.encode(new @Nullable Object[] {1L}, out);
        codec.encode(new @Nullable Object[] {2L}, out);
        BinaryReader in = new BinaryReader(out.toByteArray());
        assertThat(in.readVarInt()).isEqualTo(99);
        assertThat(codec.decode(in)).containsExactly(1L);
        assertThat(codec.decode(in)).containsExactly(2L);
        in.expectEnd();
    }

    @Test
    void bytes_after_the_row_are_refused() {
        RowCodec codec = new RowCodec(RowType.of(new Column("id", Scalar.BIGINT)));
        assertThatThrownBy(() -> codec.decode(new byte[] {1, 0, 2, 9}, 0))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("1 bytes too many");
    }

    @Test
    void a_decimal_with_more_digits_than_its_type_is_refused() {
        RowCodec codec = new RowCodec(RowType.of(new Column("d", new DataType.Decimal(4, 2))));
        assertThat(codec.decode(codec.encode(new @Nullable Object[] {new BigDecimal("1.5")}), 0))
                .containsExactly(new BigDecimal("1.50"));
        assertThatThrownBy(() -> codec.encode(new @Nullable Object[] {new BigDecimal("100.00")}))
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining("DECIMAL(4, 2)");
        assertThatThrownBy(() -> codec.encode(new @Nullable Object[] {new BigDecimal("1.234")}))
                .isInstanceOf(EncodeException.class);
    }

    @Test
    void a_length_past_the_end_is_refused_before_anything_is_allocated() {
        RowCodec codec = new RowCodec(RowType.of(new Column("b", new DataType.Array(Scalar.BYTES))));
        byte[] hostile = HexFormat.of().parseHex("0100ffffffff07");
        assertThatThrownBy(() -> codec.decode(hostile, 0))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("past the end");
    }

    @Test
    void damaged_bytes_are_a_decode_exception_or_another_row_and_nothing_else() {
        for (long seed = 0; seed < 300; seed++) {
            RandomRows rows = new RandomRows(seed, true, true).withAnyMapKeys();
            RowType type = rows.type(8, 3);
            RowCodec codec = new RowCodec(type);
            byte[] bytes = codec.encode(rows.row(type));
            for (int i = 0; i < 40; i++) {
                decodeHostile(codec, rows.damaged(bytes), seed);
            }
            for (int cut = 0; cut < bytes.length; cut++) {
                byte[] part = Arrays.copyOf(bytes, cut);
                assertThatThrownBy(() -> codec.decode(part, 0))
                        .as("seed %d", seed)
                        .isInstanceOf(DecodeException.class);
            }
        }
    }

    private static void decodeHostile(RowCodec codec, byte[] bytes, long seed) {
        try {
            codec.decode(bytes, 0);
        } catch (DecodeException e) {
            // what damaged bytes deserve
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }
}
