package io.millrace.serde.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.DataTypes;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format.Place;
import io.millrace.serde.RandomRows;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonFormatTest {
    private static final Place VALUE = new Place("orders", false, null);
    private static final Place KEY = new Place("orders", true, null);
    private static final JsonFormat JSON = new JsonFormat();

    @Test
    void wanted_columns_are_read_in_any_order_and_the_rest_is_passed_over() {
        RowType wanted = RowType.of(
                new Column("id", Scalar.BIGINT), new Column("name", Scalar.STRING), new Column("gone", Scalar.INT));
        Decoder decoder = JSON.decoder(VALUE, wanted);
        assertThat(decode(decoder, "{'x':{'id':9,'y':[1,{}]},'name':'n','z':'\\u0041','id':7}"))
                .containsExactly(7L, "n", null);
        assertThat(decode(decoder, " { 'id' : 1 , 'gone' : null } \n")).containsExactly(1L, null, null);
        assertThat(decode(decoder, "{'name':'m','id':2}")).containsExactly(2L, "m", null);
        assertThat(decode(decoder, "{}")).containsExactly(null, null, null);
    }

    @Test
    void the_last_of_duplicate_fields_counts() {
        Decoder decoder = JSON.decoder(VALUE, RowType.of(new Column("a", Scalar.INT)));
        assertThat(decode(decoder, "{'a':1,'b':0,'a':2}")).containsExactly(2);
        assertThat(decode(decoder, "{'a':1,'a':null}")).containsExactly((Object) null);
    }

    @Test
    void names_match_exactly_also_with_escapes_and_any_script() {
        RowType wanted = RowType.of(
                new Column("a\"b", Scalar.INT),
                new Column("\u00e4\u20ac\ud83d\ude00", Scalar.INT),
                new Column("A", Scalar.INT));
        byte[] bytes = "{\"a\\\"b\":1,\"\\u00e4\u20ac\ud83d\ude00\":2,\"a\":3}".getBytes(UTF_8);
        assertThat(JSON.decoder(VALUE, wanted).decode(bytes)).containsExactly(1, 2, null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "TINYINT | -128 | -128",
                "SMALLINT | 32767 | 32767",
                "INT | -2147483648 | -2147483648",
                "INT | 3.0 | 3",
                "INT | 3e2 | 300",
                "BIGINT | 9223372036854775807 | 9223372036854775807",
                "FLOAT | 1 | 1.0",
                "DOUBLE | 1e-3 | 0.001",
                "DOUBLE | 12345678901234567890 | 1.2345678901234567E19",
                "DECIMAL(38, 0) | 12345678901234567890123456789012345678 | 12345678901234567890123456789012345678",
                "DECIMAL(5, 2) | 0.1 | 0.10",
                "DECIMAL(5, 2) | '1.5' | 1.50",
                "DECIMAL(5, 2) | 1.005 | 1.01",
                "STRING | 'x' | x",
                "STRING | 1.50 | 1.50",
                "STRING | true | true",
                "BOOLEAN | false | false",
                "DATE | '1970-01-02' | 1",
                "TIME | '00:00:01' | 1000",
                "TIMESTAMP | 12 | 12",
                "TIMESTAMP | '1970-01-01 00:00:00.012' | 12",
                "TIMESTAMP_LTZ | -5 | -5",
                "TIMESTAMP_LTZ | 1.5e3 | 1500",
                "TIMESTAMP_LTZ | '1970-01-01T01:00:00+01:00' | 0",
                "ARRAY<INT> | [1,null,2] | [1, null, 2]",
                "MAP<STRING, INT> | {'a':1,'b':null} | {a=1, b=null}",
                "MAP<INT, INT> | {'5':1} | {5=1}",
            })
    void values_are_read_as_their_type(String type, String json, String expected) {
        Decoder decoder = JSON.decoder(VALUE, RowType.of(new Column("v", DataTypes.parse(type))));
        assertThat(String.valueOf(decode(decoder, "{'v':" + json + "}")[0])).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "TINYINT | 128 | out of range",
                "SMALLINT | -32769 | out of range",
                "INT | 2147483648 | out of range",
                "INT | 1.5 | not whole or out of range",
                "INT | 1e2000000000 | not whole or out of range",
                "INT | 'secret' | is a string where INT is wanted",
                "INT | true | is a boolean where INT is wanted",
                "BIGINT | 9223372036854775808 | out of range",
                "FLOAT | 1e40 | out of range",
                "DOUBLE | 1e400 | out of range",
                "DOUBLE | 'NaN' | is a string where DOUBLE is wanted",
                "DECIMAL(5, 2) | 1000 | out of range",
                "DECIMAL(5, 2) | 1e2000000000 | out of range",
                "DECIMAL(5, 2) | 'secret' | the text is not a number",
                "STRING | {'a':'secret'} | is an object where STRING is wanted",
                "STRING | ['secret'] | is an array where STRING is wanted",
                "BOOLEAN | 'true' | is a string where BOOLEAN is wanted",
                "BOOLEAN | 1 | is a whole number where BOOLEAN is wanted",
                "BYTES | 'sec!ret' | not base64",
                "BYTES | 5 | a base64 string, is wanted",
                "DATE | 5 | is a whole number where DATE is wanted",
                "DATE | 'secret' | is a string that is no DATE",
                "TIMESTAMP | '2026-01-01T00:00:00+02:00' | declare it TIMESTAMP_LTZ",
                "TIMESTAMP_LTZ | 1.5 | not whole",
                "TIMESTAMP_LTZ | true | is a boolean where TIMESTAMP_LTZ is wanted",
                "ARRAY<INT> | 5 | is a whole number where an array is wanted",
                "MAP<STRING, INT> | [] | is an array where an object is wanted",
                "MAP<INT, INT> | {'secret':1} | has a key that is no INT",
                "ROW<a INT> | 'secret' | is a string where an object is wanted",
            })
    void a_wrong_value_names_its_column_and_place_and_never_itself(String type, String json, String message) {
        Decoder decoder = JSON.decoder(VALUE, RowType.of(new Column("v", DataTypes.parse(type))));
        assertThatThrownBy(() -> decode(decoder, "{'v':" + json + "}"))
                .isInstanceOf(DecodeException.class)
                .hasNoCause()
                .hasMessageContaining("\"v\"")
                .hasMessageContaining(message)
                .hasMessageContaining("at byte ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void an_error_inside_a_nested_value_gives_its_path() {
        Decoder decoder = JSON.decoder(
                VALUE,
                RowType.of(new Column("items", DataTypes.parse("ARRAY<ROW<price INT, tags MAP<STRING, INT>>>"))));
        assertThatThrownBy(() -> decode(decoder, "{'items':[{'price':1},{'price':'x'}]}"))
                .hasMessage("column \"items[].price\" is a string where INT is wanted, at byte 31");
        assertThatThrownBy(() -> decode(decoder, "{'items':[{'tags':{'a':true}}]}"))
                .hasMessageContaining("\"items[].tags{}\"");
    }

    @Test
    void a_missing_not_null_column_is_named() {
        Decoder decoder =
                JSON.decoder(VALUE, RowType.of(new Column("r", DataTypes.parse("ROW<a INT NOT NULL>"), false)));
        assertThat(RandomRows.text(decode(decoder, "{'r':{'a':1}}"))).isEqualTo("((Integer:1))");
        assertThatThrownBy(() -> decode(decoder, "{}")).hasMessage("column \"r\" is NOT NULL, and is missing or null");
        assertThatThrownBy(() -> decode(decoder, "{'r':{'a':null}}")).hasMessageContaining("\"r.a\" is NOT NULL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "null",
                "1",
                "'secret'",
                "[{}]",
                "{",
                "{'a'",
                "{'a':1",
                "{'a':1}x",
                "{'a':1}{}",
                "{'a':1,}",
                "{a:1}",
                "{'a':01}",
                "{'a':1 'b':2}",
                "{'a':secret}",
                "{'a':'secret",
                "{'b':'\\x'}",
                "{'b':tru}",
                "{'b':+1}"
            })
    void what_is_no_json_object_is_refused_without_quoting_it(String json) {
        Decoder decoder = JSON.decoder(VALUE, RowType.of(new Column("a", Scalar.INT)));
        assertThatThrownBy(() -> decode(decoder, json))
                .isInstanceOf(DecodeException.class)
                .hasNoCause()
                .hasMessageNotContaining("secret");
        assertThat(decode(decoder, "{'a':5}")).containsExactly(5);
    }

    @Test
    void depth_and_number_length_are_bounded() {
        Decoder decoder = JSON.decoder(VALUE, RowType.of(new Column("a", Scalar.DOUBLE)));
        assertThatThrownBy(() -> decode(decoder, "{'x':" + "[".repeat(100_000)))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("beyond a limit (200 levels");
        assertThatThrownBy(() -> decode(decoder, "{'a':" + "1".repeat(2000) + "}"))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("numbers of 1000");
    }

    @Test
    void a_key_of_one_column_may_be_a_plain_scalar() {
        Decoder decoder = JSON.decoder(KEY, RowType.of(new Column("id", Scalar.BIGINT)));
        assertThat(decode(decoder, "17")).containsExactly(17L);
        assertThat(decode(decoder, "{'id':17}")).containsExactly(17L);
        assertThat(decode(decoder, "null")).containsExactly((Object) null);
        assertThatThrownBy(() -> decode(decoder, "[1]")).isInstanceOf(DecodeException.class);
        Decoder notNull = JSON.decoder(KEY, RowType.of(new Column("id", Scalar.BIGINT, false)));
        assertThatThrownBy(() -> decode(notNull, "null")).hasMessageContaining("NOT NULL");
    }

    @Test
    void rows_are_written_with_all_columns_and_iso_times() {
        RowType type = RowType.of(
                new Column("s", Scalar.STRING),
                new Column("ts", Scalar.TIMESTAMP),
                new Column("at", Scalar.TIMESTAMP_LTZ),
                new Column("d", new DataType.Decimal(20, 2)),
                new Column("b", Scalar.BYTES),
                new Column("n", Scalar.INT),
                new Column("f", Scalar.DOUBLE),
                new Column("l", new DataType.Array(Scalar.DATE)),
                new Column("m", new DataType.MapOf(Scalar.INT, Scalar.BOOLEAN)));
        Encoder encoder = JSON.encoder(VALUE, type);
        @Nullable
        Object[] row = {
            "q\"\u00e4",
            0L,
            1_767_225_600_000L,
            new BigDecimal("100000000000.00"),
            new byte[] {1},
            null,
            0.1,
            Arrays.asList(0, null),
            Map.of(7, true)
        };
        String expected =
                "{'s':'q\\\"\u00e4','ts':'1970-01-01T00:00:00.000','at':'2026-01-01T00:00:00.000Z','d':100000000000.00,"
                        + "'b':'AQ==','n':null,'f':0.1,'l':['1970-01-01',null],'m':{'7':true}}";
        for (int i = 0; i < 2; i++) {
            assertThat(new String(encoder.encode(row), UTF_8)).isEqualTo(expected.replace('\'', '"'));
        }
    }

    @Test
    void what_json_cannot_hold_is_refused_and_the_next_row_is_whole_again() {
        Encoder encoder =
                JSON.encoder(VALUE, RowType.of(new Column("d", Scalar.DOUBLE), new Column("s", Scalar.STRING, false)));
        assertThatThrownBy(() -> encoder.encode(new @Nullable Object[] {Double.NaN, "x"}))
                .isInstanceOf(EncodeException.class)
                .hasMessage("column \"d\" is NaN or infinite, which JSON cannot hold");
        assertThatThrownBy(() -> encoder.encode(new @Nullable Object[] {1.0, null}))
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining("\"s\" is NOT NULL");
        assertThat(new String(encoder.encode(new @Nullable Object[] {1.0, "x"}), UTF_8))
                .isEqualTo("{\"d\":1.0,\"s\":\"x\"}");
    }

    @Test
    void half_of_a_surrogate_pair_is_kept_in_text_and_refused_in_a_maps_key() {
        RowType text = RowType.of(new Column("s", Scalar.STRING));
        byte[] bytes = JSON.encoder(VALUE, text).encode(new @Nullable Object[] {"a\ud800\ud83d\ude00"});
        assertThat(new String(bytes, UTF_8)).isEqualTo("{\"s\":\"a\\uD800\ud83d\ude00\"}");
        assertThat(JSON.decoder(VALUE, text).decode(bytes)).containsExactly("a\ud800\ud83d\ude00");
        Encoder map = JSON.encoder(VALUE, RowType.of(new Column("m", DataTypes.parse("MAP<STRING, INT>"))));
        map.encode(new @Nullable Object[] {Map.of("\ud83d\ude00", 1)});
        assertThatThrownBy(() -> map.encode(new @Nullable Object[] {Map.of("a\ud800", 1)}))
                .isInstanceOf(EncodeException.class)
                .hasMessageContaining("\"m\" has a key with half");
    }

    @Test
    void a_map_with_nested_keys_is_refused_when_the_job_starts() {
        RowType type = RowType.of(new Column("m", DataTypes.parse("MAP<ARRAY<INT>, INT>")));
        assertThatThrownBy(() -> JSON.decoder(VALUE, type))
                .hasMessageContaining("\"m\"")
                .hasMessageContaining("scalar keys");
        assertThatThrownBy(() -> JSON.encoder(VALUE, type))
                .hasMessageContaining("\"m\"")
                .hasMessageContaining("scalar keys");
    }

    @Test
    void every_row_reads_back_as_it_was_written() {
        for (long seed = 0; seed < 500; seed++) {
            RandomRows rows = new RandomRows(seed, false, true).withAnyMapKeys();
            RowType type = rows.type(10, 3);
            Encoder encoder = JSON.encoder(VALUE, type);
            Decoder decoder = JSON.decoder(VALUE, type);
            for (int i = 0; i < 4; i++) {
                @Nullable Object[] row = rows.row(type);
                byte[] bytes = encoder.encode(row);
                assertThat(RandomRows.text(decoder.decode(bytes)))
                        .as("seed %d, type %s, %s", seed, type, new String(bytes, UTF_8))
                        .isEqualTo(RandomRows.text(row));
            }
        }
    }

    @Test
    void damaged_records_are_a_decode_exception_or_another_row_and_nothing_else() {
        for (long seed = 0; seed < 200; seed++) {
            RandomRows rows = new RandomRows(seed, false, true).withAnyMapKeys();
            RowType type = rows.type(8, 3);
            byte[] bytes = JSON.encoder(VALUE, type).encode(rows.row(type));
            RowType some =
                    new RowType(type.columns().subList(0, 1 + rows.random().nextInt(type.size())));
            for (Decoder decoder : List.of(JSON.decoder(VALUE, type), JSON.decoder(KEY, some))) {
                for (int i = 0; i < 40; i++) {
                    decodeHostile(decoder, rows.damaged(bytes), seed);
                }
                for (int cut = 0; cut < bytes.length; cut++) {
                    byte[] part = Arrays.copyOf(bytes, cut);
                    assertThatThrownBy(() -> decoder.decode(part))
                            .as("seed %d", seed)
                            .isInstanceOf(DecodeException.class);
                }
                decoder.decode(bytes);
            }
        }
    }

    private static void decodeHostile(Decoder decoder, byte[] bytes, long seed) {
        try {
            decoder.decode(bytes);
        } catch (DecodeException e) {
            // what damaged bytes deserve
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed + ": " + new String(bytes, UTF_8), e);
        }
    }

    private static @Nullable Object[] decode(Decoder decoder, String json) {
        return decoder.decode(json.replace('\'', '"').getBytes(UTF_8));
    }
}
