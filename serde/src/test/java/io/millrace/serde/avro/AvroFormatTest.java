package io.millrace.serde.avro;

import static io.millrace.serde.avro.AvroSchemasTest.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.DataTypes;
import io.millrace.serde.DecodeException;
import io.millrace.serde.Decoder;
import io.millrace.serde.EncodeException;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format.Place;
import io.millrace.serde.RandomRows;
import io.millrace.serde.RetriableDecodeException;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.RegistryUnavailableException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AvroFormatTest {
    private final FixedRegistry registry = new FixedRegistry();
    private final Place place = new Place("page.views", false, registry);
    private final AvroFormat avro = new AvroFormat();

    @Test
    void the_bytes_are_a_zero_the_schema_id_and_avro_binary() {
        registry.add("\"int\"");
        RowType type = RowType.of(
                new Column("id", Scalar.BIGINT, false),
                new Column("name", Scalar.STRING),
                new Column("x", Scalar.DOUBLE));
        Encoder encoder = avro.encoder(place, type);
        assertThat(registry.subjects).isEmpty();
        byte[] bytes = encoder.encode(new @Nullable Object[] {-2L, "ab", null});
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("00" + "00000002" + "03" + "02046162" + "00");
        encoder.encode(new @Nullable Object[] {1L, null, 1.0});
        assertThat(registry.subjects).containsExactly("page.views-value AVRO");
        assertThat(registry.schemas.get(1)).contains("\"name\":\"page_views_value\"");
        assertThat(avro.decoder(place, type).decode(bytes)).containsExactly(-2L, "ab", null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'int' | 03 | TINYINT | -2",
                "'int' | 03 | SMALLINT | -2",
                "'int' | 03 | INT | -2",
                "'int' | 03 | BIGINT | -2",
                "'int' | 03 | FLOAT | -2.0",
                "'int' | 03 | DOUBLE | -2.0",
                "'int' | 03 | DECIMAL(5, 2) | -2.00",
                "'long' | fefffffffFffffffff01 | BIGINT | 9223372036854775807",
                "'long' | 02 | DOUBLE | 1.0",
                "'long' | d00f | TIMESTAMP_LTZ | 1000",
                "'long' | d00f | TIMESTAMP | 1000",
                "'float' | 0000c03f | FLOAT | 1.5",
                "'float' | 0000c03f | DOUBLE | 1.5",
                "'double' | 000000000000f83f | DOUBLE | 1.5",
                "'boolean' | 01 | BOOLEAN | true",
                "'string' | 046162 | STRING | ab",
                "'bytes' | 046162 | STRING | ab",
                "{'type':'enum','name':'E','symbols':['A','B']} | 02 | STRING | B",
                "{'type':'fixed','name':'U','size':16,'logicalType':'uuid'} | 00112233445566778899aabbccddeeff | STRING"
                        + " | 00112233-4455-6677-8899-aabbccddeeff",
                "{'type':'bytes','logicalType':'decimal','precision':10,'scale':2} | 04ff6a | DECIMAL(10, 2) | -1.50",
                "{'type':'bytes','logicalType':'decimal','precision':10,'scale':3} | 0405dd | DECIMAL(10, 2) | 1.50",
                "{'type':'fixed','name':'D','size':3,'logicalType':'decimal','precision':5,'scale':1} | 00000f | DECIMAL(5, 1) | 1.5",
                "{'type':'int','logicalType':'date'} | 02 | DATE | 1",
                "{'type':'int','logicalType':'time-millis'} | d00f | TIME | 1000",
                "{'type':'long','logicalType':'time-micros'} | d00f | TIME | 1",
                "{'type':'long','logicalType':'timestamp-millis'} | 01 | TIMESTAMP_LTZ | -1",
                "{'type':'long','logicalType':'timestamp-micros'} | 01 | TIMESTAMP_LTZ | -1",
                "{'type':'long','logicalType':'timestamp-micros'} | d00f | TIMESTAMP | 1",
                "{'type':'long','logicalType':'timestamp-nanos'} | 80897a | TIMESTAMP_LTZ | 1",
                "{'type':'long','logicalType':'local-timestamp-micros'} | d00f | TIMESTAMP | 1",
                "['null','int'] | 00 | INT | null",
                "['null','int'] | 0202 | INT | 1",
                "['int','null'] | 02 | INT | null",
                "'null' | `` | INT | null",
                "{'type':'array','items':'int'} | 04020400 | ARRAY<BIGINT> | [1, 2]",
                "{'type':'array','items':'int'} | 01020202040 0 | ARRAY<INT> | [1, 2]",
                "{'type':'map','values':['null','int']} | 0202610 00202620202 00 | MAP<STRING, INT> | {a=null, b=1}",
            })
    void each_writers_type_is_read_as_each_type_it_fits(String avroType, String hex, String wanted, String expected) {
        Decoder decoder =
                avro.decoder(place, RowType.of(DataTypes.parseColumn(wanted).named("f")));
        int id = registry.add(record(avroType));
        assertThat(String.valueOf(decoder.decode(wire(id, hex.replace(" ", "").replace("`", "")))[0]))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'string' | 02 | INT | column \"f\" is wanted as INT, and the writer's schema has string there: declare it STRING",
                "'long' | 02 | INT | has long there: declare it BIGINT",
                "'double' | 02 | FLOAT | has double there: declare it DOUBLE",
                "{'type':'long','logicalType':'timestamp-millis'} | 02 | BIGINT | long (timestamp-millis) there: declare it TIMESTAMP_LTZ",
                "{'type':'long','logicalType':'local-timestamp-millis'} | 02 | TIMESTAMP_LTZ | declare it TIMESTAMP",
                "{'type':'array','items':'int'} | 00 | INT | has array there",
                "['null','int','string'] | 00 | INT | field \"f\" is a union of 2 types besides null",
                "'int' | 8002 | TINYINT | out of range",
                "'int' | 03 | DECIMAL(1, 1) | out of range for DECIMAL(1, 1)",
                "{'type':'int','logicalType':'time-millis'} | 01 | TIME | out of range",
                "{'type':'bytes','logicalType':'decimal','precision':10,'scale':2} | 00 | DECIMAL(10, 2) | decimal of 0 bytes",
                "{'type':'enum','name':'E','symbols':['A','B']} | 04 | STRING | no such branch",
                "['null','int'] | 04 | INT | no such branch",
                "['null','int'] | 00 | INT NOT NULL | column \"f\" is NOT NULL, and is null",
                "'int' | 0202 | INT | 1 bytes too many",
                "'string' | ff | STRING | too early",
                "'string' | 08 | STRING | past the end",
                "'string' | 01 | STRING | past the end",
                "{'type':'array','items':'int'} | feffffff0f | ARRAY<INT> | more than can follow",
                "{'type':'array','items':'null'} | feffffffffff0f | ARRAY<INT> | more than can follow",
            })
    void what_cannot_be_read_says_why(String avroType, String hex, String wanted, String message) {
        Decoder decoder =
                avro.decoder(place, RowType.of(DataTypes.parseColumn(wanted).named("f")));
        byte[] bytes = wire(registry.add(record(avroType)), hex);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> decoder.decode(bytes))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining(message);
        }
        assertThat(registry.fetches).isEqualTo(1);
    }

    @Test
    void unwanted_fields_of_every_kind_are_passed_over() {
        String schema = """
                {"type":"record","name":"T","fields":[
                 {"name":"u","type":["null","int","string"]},
                 {"name":"n","type":"null"},
                 {"name":"arr","type":{"type":"array","items":{"type":"map","values":"double"}}},
                 {"name":"nulls","type":{"type":"array","items":"null"}},
                 {"name":"fix","type":{"type":"fixed","name":"F","size":2}},
                 {"name":"id","type":"long"},
                 {"name":"list","type":{"type":"record","name":"L","fields":[
                   {"name":"x","type":"float"},{"name":"next","type":["null","L"]}]}},
                 {"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}},
                 {"name":"b","type":"boolean"},{"name":"by","type":"bytes"}]}
                """;
        // array: a block of -1 items of 12 bytes, then the end
        String hex = "040261" + "01" + "18" + "020261" + "0000000000000000" + "00" + "00" + "feffffffffff0f00" + "abcd"
                + "0e" + "00000000" + "02" + "00000000" + "00" + "00" + "01" + "02ff";
        Decoder decoder =
                avro.decoder(place, RowType.of(new Column("missing", Scalar.INT), new Column("id", Scalar.BIGINT)));
        assertThat(decoder.decode(wire(registry.add(schema), hex))).containsExactly(null, 7L);
    }

    @Test
    void records_that_hold_themselves_cannot_overflow_the_stack() {
        int id = registry.add(record("['null','T']"));
        Decoder decoder = avro.decoder(place, RowType.of());
        assertThat(decoder.decode(wire(id, "02".repeat(100) + "00"))).isEmpty();
        assertThatThrownBy(() -> decoder.decode(wire(id, "02".repeat(100_000) + "00")))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("nested more than 256 deep");
    }

    @Test
    void nested_rows_are_read_by_name_too() {
        int id = registry.add(record(
                "{'type':'record','name':'R','fields':[{'name':'a','type':'int'},{'name':'b','type':'string'}]}"));
        Decoder decoder = avro.decoder(place, RowType.of(new Column("f", DataTypes.parse("ROW<b STRING, c INT>"))));
        assertThat(RandomRows.text(decoder.decode(wire(id, "02" + "0262")))).isEqualTo("((String:b, null))");
    }

    @Test
    void a_not_null_column_that_the_schema_lacks_is_named() {
        int id = registry.add(record("'int'"));
        Decoder decoder = avro.decoder(place, RowType.of(new Column("g", Scalar.INT, false)));
        assertThatThrownBy(() -> decoder.decode(wire(id, "02")))
                .isInstanceOf(DecodeException.class)
                .hasMessage("schema " + id + ": column \"g\" is NOT NULL, and the record's schema has no such field");
    }

    @Test
    void each_record_is_read_with_its_own_writers_schema() {
        int v1 = registry.add(record("'int'"));
        int v2 = registry.add(record("['null','long']"));
        Decoder decoder = avro.decoder(place, RowType.of(new Column("f", Scalar.BIGINT)));
        for (int i = 0; i < 3; i++) {
            assertThat(decoder.decode(wire(v1, "02"))).containsExactly(1L);
            assertThat(decoder.decode(wire(v2, "0204"))).containsExactly(2L);
        }
        assertThat(registry.fetches).isEqualTo(2);
    }

    @Test
    void a_schema_that_is_no_record_is_one_column() {
        Decoder one = avro.decoder(place, RowType.of(new Column("key", Scalar.STRING)));
        assertThat(one.decode(wire(registry.add("\"string\""), "046162"))).containsExactly("ab");
        Decoder two = avro.decoder(place, RowType.of(new Column("a", Scalar.STRING), new Column("b", Scalar.STRING)));
        assertThatThrownBy(() -> two.decode(wire(1, "046162")))
                .hasMessageContaining("only be read as one column, not 2");
    }

    @Test
    void bytes_of_another_format_are_told_apart_from_unknown_schemas_and_an_absent_registry() {
        Decoder decoder = avro.decoder(place, RowType.of(new Column("f", Scalar.INT)));
        for (String hex : List.of("", "0000", "7b2261223a317d", "0100000001")) {
            assertThatThrownBy(() -> decoder.decode(HexFormat.of().parseHex(hex)))
                    .isInstanceOf(DecodeException.class)
                    .hasMessageContaining("not in the schema registry's wire format");
        }
        assertThatThrownBy(() -> decoder.decode(wire(99, "")))
                .isInstanceOf(DecodeException.class)
                .hasMessageContaining("schema 99 is unknown");
        int id = registry.add(record("'int'"));
        registry.down = true;
        assertThatThrownBy(() -> decoder.decode(wire(id, "02")))
                .isInstanceOf(RetriableDecodeException.class)
                .hasMessageContaining("cannot be fetched now: nobody answers");
        Encoder encoder = avro.encoder(place, RowType.of(new Column("f", Scalar.INT)));
        assertThatThrownBy(() -> encoder.encode(new @Nullable Object[] {1}))
                .isInstanceOf(RegistryUnavailableException.class);
        registry.down = false;
        assertThat(decoder.decode(wire(id, "02"))).containsExactly(1);
        assertThat(encoder.encode(new @Nullable Object[] {1})).hasSize(7);
    }

    @Test
    void a_column_that_avro_cannot_hold_is_refused_when_the_job_starts() {
        RowType type = RowType.of(new Column("r", DataTypes.parse("ROW<m ARRAY<MAP<INT, INT>>>")));
        assertThatThrownBy(() -> avro.decoder(place, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"r.m[]\" is MAP<INT, INT>");
        assertThatThrownBy(() -> avro.encoder(place, type)).hasMessageContaining("\"r.m[]\" is MAP<INT, INT>");
    }

    @Test
    void a_null_in_a_not_null_column_cannot_be_written() {
        Encoder encoder = avro.encoder(place, RowType.of(new Column("f", Scalar.INT, false)));
        assertThatThrownBy(() -> encoder.encode(new @Nullable Object[] {null}))
                .isInstanceOf(EncodeException.class)
                .hasMessage("column \"f\" is NOT NULL, and is null");
    }

    private static byte[] wire(int id, String hex) {
        return HexFormat.of().parseHex("00" + HexFormat.of().toHexDigits(id) + hex);
    }
}
