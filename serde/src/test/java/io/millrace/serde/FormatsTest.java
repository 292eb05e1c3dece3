package io.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Format.Place;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FormatsTest {
    private static final Place KEY = new Place("orders", true, null);

    @Test
    void formats_are_found_by_the_name_that_jobs_use() {
        for (String name : Formats.names()) {
            assertThat(format(name).name()).isEqualTo(name);
        }
        assertThat(Formats.names()).containsExactly("json", "avro", "string", "bytes");
        assertThat(Formats.byName("xml")).isNull();
    }

    @Test
    void string_holds_any_scalar_as_text() {
        checkText(Scalar.STRING, "h\u00e4 \ufffd", "h\u00e4 \ufffd");
        checkText(Scalar.BIGINT, -17L, "-17");
        checkText(Scalar.TINYINT, (byte) 5, "5");
        checkText(Scalar.SMALLINT, (short) 5, "5");
        checkText(Scalar.INT, 5, "5");
        checkText(Scalar.FLOAT, 1.5f, "1.5");
        checkText(Scalar.DOUBLE, 2.5, "2.5");
        checkText(Scalar.BOOLEAN, true, "true");
        checkText(new DataType.Decimal(10, 2), new BigDecimal("1.50"), "1.50");
        checkText(Scalar.DATE, 0, "1970-01-01");
        checkText(Scalar.TIMESTAMP_LTZ, 1L, "1970-01-01T00:00:00.001Z");
        checkText(Scalar.BYTES, new byte[] {1, 2}, "AQI=");
    }

    private static void checkText(DataType type, Object value, String text) {
        RowType row = RowType.of(new Column("k", type));
        byte[] bytes = format("string").encoder(KEY, row).encode(new @Nullable Object[] {value});
        assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(text);
        assertThat(format("string").decoder(KEY, row).decode(bytes)).containsExactly(value);
    }

    @Test
    void string_refuses_what_is_not_text() {
        RowType row = RowType.of(new Column("k", Scalar.STRING));
        assertThatThrownBy(() -> format("string").decoder(KEY, row).decode(new byte[] {(byte) 0xFF}))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("not UTF-8");
        Encoder encoder = format("string").encoder(KEY, row);
        assertThatThrownBy(() -> encoder.encode(new @Nullable Object[] {"\ud800"}))
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> encoder.encode(new @Nullable Object[] {null}))
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining("\"k\" is null");
    }

    @Test
    void string_names_the_column_and_never_the_text_that_is_wrong() {
        byte[] secret = "12secret".getBytes(StandardCharsets.UTF_8);
        for (DataType type : new DataType[] {
            Scalar.BOOLEAN,
            Scalar.INT,
            Scalar.BIGINT,
            Scalar.DOUBLE,
            new DataType.Decimal(5, 1),
            Scalar.DATE,
            Scalar.TIME
        }) {
            Decoder decoder = format("string").decoder(KEY, RowType.of(new Column("k", type)));
            assertThatThrownBy(() -> decoder.decode(secret))
                    .as(type.sql())
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("\"k\"")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void string_and_bytes_hold_one_column() {
        RowType two = RowType.of(new Column("a", Scalar.BYTES), new Column("b", Scalar.BYTES));
        assertThatThrownBy(() -> format("string").decoder(KEY, two))
                .hasMessageContaining("select one column, or use json");
        assertThatThrownBy(() -> format("bytes").encoder(KEY, two))
                .hasMessageContaining("select one column, or use json");
        RowType nested = RowType.of(new Column("a", new DataType.Array(Scalar.INT)));
        assertThatThrownBy(() -> format("string").encoder(KEY, nested)).hasMessageContaining("\"a\" is ARRAY<INT>");
        RowType number = RowType.of(new Column("n", Scalar.INT));
        assertThatThrownBy(() -> format("bytes").encoder(KEY, number)).hasMessageContaining("\"n\" is INT");
    }

    @Test
    void nothing_wanted_reads_nothing() {
        assertThat(format("string").decoder(KEY, RowType.of()).decode(new byte[] {-1}))
                .isEmpty();
        assertThat(format("bytes").decoder(KEY, RowType.of()).decode(new byte[] {-1}))
                .isEmpty();
    }

    @Test
    void bytes_are_passed_as_they_are() {
        RowType row = RowType.of(new Column("b", Scalar.BYTES));
        byte[] bytes = {0, -1, 5};
        assertThat(format("bytes").decoder(KEY, row).decode(bytes)).containsExactly(bytes);
        assertThat(format("bytes").encoder(KEY, row).encode(new @Nullable Object[] {bytes}))
                .isEqualTo(bytes)
                .isNotSameAs(bytes);
        assertThatThrownBy(() -> format("bytes").encoder(KEY, row).encode(new @Nullable Object[] {null}))
                .isInstanceOf(EncodeException.class);
    }

    @Test
    void avro_without_a_registry_says_how_to_name_one() {
        assertThatThrownBy(() -> format("avro").decoder(KEY, RowType.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set schema.registry.url");
    }

    private static Format format(String name) {
        return Objects.requireNonNull(Formats.byName(name));
    }
}
