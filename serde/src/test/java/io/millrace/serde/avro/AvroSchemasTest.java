package io.millrace.serde.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.DataTypes;
import io.millrace.serde.RandomRows;
import io.millrace.serde.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AvroSchemasTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'int' | INT NOT NULL",
                "['null','long'] | BIGINT",
                "['long','null'] | BIGINT",
                "['long'] | BIGINT NOT NULL",
                "'float' | FLOAT NOT NULL",
                "'double' | DOUBLE NOT NULL",
                "'boolean' | BOOLEAN NOT NULL",
                "'string' | STRING NOT NULL",
                "{'type':'string','logicalType':'uuid'} | STRING NOT NULL",
                "{'type':'enum','name':'E','symbols':['A','B']} | STRING NOT NULL",
                "'bytes' | BYTES NOT NULL",
                "{'type':'fixed','name':'F','size':4} | BYTES NOT NULL",
                "{'type':'fixed','name':'U','size':16,'logicalType':'uuid'} | STRING NOT NULL",
                "{'type':'bytes','logicalType':'decimal','precision':10,'scale':2} | DECIMAL(10, 2) NOT NULL",
                "{'type':'fixed','name':'D','size':8,'logicalType':'decimal','precision':10} | DECIMAL(10, 0) NOT NULL",
                "{'type':'int','logicalType':'date'} | DATE NOT NULL",
                "{'type':'int','logicalType':'time-millis'} | TIME NOT NULL",
                "{'type':'long','logicalType':'time-micros'} | TIME NOT NULL",
                "{'type':'long','logicalType':'timestamp-millis'} | TIMESTAMP_LTZ NOT NULL",
                "{'type':'long','logicalType':'timestamp-micros'} | TIMESTAMP_LTZ NOT NULL",
                "{'type':'long','logicalType':'timestamp-nanos'} | TIMESTAMP_LTZ NOT NULL",
                "{'type':'long','logicalType':'local-timestamp-millis'} | TIMESTAMP NOT NULL",
                "{'type':'long','logicalType':'somebody-elses'} | BIGINT NOT NULL",
                "{'type':'array','items':['null','int']} | ARRAY<INT> NOT NULL",
                "{'type':'map','values':'int'} | MAP<STRING, INT> NOT NULL",
                "{'type':'record','name':'R','fields':[{'name':'x','type':['null','int']}]} | ROW<x INT> NOT NULL",
            })
    void each_avro_type_has_its_sql_type(String avro, String sql) {
        DataTypes.ColumnType expected = DataTypes.parseColumn(sql);
        assertThat(AvroSchemas.toRowType(record(avro))).isEqualTo(RowType.of(expected.named("f")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "['null','int','string'] | field \"f\" is a union of 2 types besides null",
                "{'type':'array','items':['int','string']} | field \"f[]\" is a union of 2 types",
                "'null' | field \"f\" is always null",
                "['null','T'] | field \"f\" makes record T hold itself",
                "{'type':'bytes','logicalType':'decimal','precision':50,'scale':2} | field \"f\": DECIMAL(50, 2)",
            })
    void what_has_no_sql_type_is_named(String avro, String message) {
        assertThatThrownBy(() -> AvroSchemas.toRowType(record(avro)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_row_type_becomes_a_record_and_comes_back() {
        for (long seed = 0; seed < 200; seed++) {
            RowType type = new RandomRows(seed, true, true).type(8, 3);
            String schema = AvroSchemas.fromRowType("rows", type);
            RowType back = AvroSchemas.toRowType(schema);
            assertThat(AvroSchemas.fromRowType("rows", back))
                    .as("seed %d, type %s", seed, type)
                    .isEqualTo(schema);
        }
    }

    @Test
    void nullable_columns_default_to_null_so_that_the_schema_can_grow() {
        RowType type = RowType.of(new Column("id", Scalar.BIGINT, false), new Column("at", Scalar.TIMESTAMP_LTZ));
        assertThat(AvroSchemas.fromRowType("orders_value", type))
                .isEqualTo(
                        "{'type':'record','name':'orders_value','fields':[{'name':'id','type':'long'},{'name':'at','type':"
                                        .replace('\'', '"')
                                + "[\"null\",{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}],\"default\":null}]}");
    }

    @Test
    void names_and_types_that_avro_lacks_are_refused() {
        assertThatThrownBy(() -> AvroSchemas.fromRowType("r", RowType.of(new Column("a b", Scalar.INT))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a b")
                .hasMessageContaining("Rename it");
        RowType map = RowType.of(new Column("m", new DataType.MapOf(Scalar.INT, Scalar.INT)));
        assertThatThrownBy(() -> AvroSchemas.fromRowType("r", map))
                .hasMessageContaining("column \"m\" is MAP<INT, INT>")
                .hasMessageContaining("make them STRING");
    }

    @Test
    void hostile_schemas_are_refused() {
        assertThatThrownBy(() -> AvroSchemas.toRowType("\"int\"")).hasMessageContaining("is a int, not a record");
        assertThatThrownBy(() -> AvroSchemas.toRowType("{")).hasMessageContaining("not JSON");
        assertThatThrownBy(() -> AvroSchemas.toRowType("{\"type\":\"record\"}"))
                .hasMessageContaining("not a valid Avro schema");
        String deep = "{\"type\":\"array\",\"items\":".repeat(10_000);
        assertThatThrownBy(() -> AvroSchemas.toRowType(deep)).hasMessageContaining("nested more than 200 deep");
        assertThatThrownBy(() -> AvroSchemas.toRowType(" ".repeat(AvroSchemas.MAX_SCHEMA_CHARS + 1)))
                .hasMessageContaining("more than 1048576");
        assertThatThrownBy(() -> AvroSchemas.toRowType(record("'int'").replace("\"f\"", "\"a-b.c\"")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_short_schema_that_stands_for_endless_columns_is_refused() {
        String schema = "'int'";
        for (int i = 0; i < 30; i++) {
            String record = "{'type':'record','name':'R%d','fields':[{'name':'a','type':%s},{'name':'b','type':%s}]}";
            schema = record.formatted(i, schema, i == 0 ? "'int'" : "'R" + (i - 1) + "'");
        }
        String text = record(schema);
        assertThatThrownBy(() -> AvroSchemas.toRowType(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 10000 fields");
    }

    /** A record T with one field f. */
    static String record(String fieldType) {
        return ("{'type':'record','name':'T','fields':[{'name':'f','type':" + fieldType + "}]}").replace('\'', '"');
    }
}
