package io.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.DataType.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DataTypesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "boolean | BOOLEAN",
                "TinyInt | TINYINT",
                "SMALLINT | SMALLINT",
                "INTEGER | INT",
                "BIGINT | BIGINT",
                "REAL | FLOAT",
                "double precision | DOUBLE",
                "DECIMAL | DECIMAL(10, 0)",
                "NUMERIC(5) | DECIMAL(5, 0)",
                "decimal ( 38 , 10 ) | DECIMAL(38, 10)",
                "VARCHAR | STRING",
                "VARCHAR(255) | STRING",
                "CHAR(3) | STRING",
                "VARBINARY(16) | BYTES",
                "DATE | DATE",
                "TIME(3) | TIME",
                "TIMESTAMP(3) | TIMESTAMP",
                "TIMESTAMP WITHOUT TIME ZONE | TIMESTAMP",
                "timestamp_ltz(3) | TIMESTAMP_LTZ",
                "TIMESTAMP(3) WITH LOCAL TIME ZONE | TIMESTAMP_LTZ",
                "array<array<int>> | ARRAY<ARRAY<INT>>",
                "MAP<STRING, ARRAY<DOUBLE>> | MAP<STRING, ARRAY<DOUBLE>>",
                "ROW<a INT, b STRING NOT NULL> | ROW<a INT, b STRING NOT NULL>",
                "ROW(`a b` INT, \"c\"\"d\" ROW<x INT>) | ROW<`a b` INT, `c\"d` ROW<x INT>>",
                "ROW<> | ROW<>",
            })
    void types_are_read_in_any_case_and_spelling(String text, String canonical) {
        assertThat(DataTypes.parse(text).sql()).isEqualTo(canonical);
    }

    @Test
    void every_type_reads_back_from_its_own_sql() {
        for (long seed = 0; seed < 300; seed++) {
            DataType type = new RandomRows(seed, true, true).withAnyMapKeys().dataType(4);
            assertThat(DataTypes.parse(type.sql())).as("seed %d", seed).isEqualTo(type);
        }
    }

    @Test
    void a_column_type_may_end_in_not_null() {
        assertThat(DataTypes.parseColumn("INT not null")).isEqualTo(new DataTypes.ColumnType(Scalar.INT, false));
        assertThat(DataTypes.parseColumn("INT NULL")).isEqualTo(new DataTypes.ColumnType(Scalar.INT, true));
        assertThat(DataTypes.parseColumn("INT").named("a")).isEqualTo(new Column("a", Scalar.INT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | offset 0: expected a type, found the end",
                "LONG | offset 0: unknown type LONG; write BIGINT",
                "ARRAY<TEXT> | offset 6: unknown type TEXT; write STRING",
                "FOO | types are BOOLEAN, TINYINT",
                "INT INT | offset 4: expected the end, found 'I'",
                "INT NOT NULL | offset 4: expected the end",
                "DECIMAL(39, 2) | offset 0: DECIMAL(39, 2): precision must be 1 to 38",
                "DECIMAL(a) | offset 8: expected a number, found 'a'",
                "DECIMAL(99999999999) | offset 8: the number is too big",
                "ARRAY<INT | offset 9: expected '>', found the end",
                "MAP<INT> | offset 7: expected ','",
                "ROW<a INT, a INT> | two columns are named \"a\"",
                "ROW<1 INT> | offset 4: expected a field's name, found '1'",
                "ROW<`a INT> | offset 4: the quoted name is not closed",
                "ROW<`` INT> | offset 4: a field needs a name",
                "TIMESTAMP(12) | offset 10: 12 is not between 0 and 9",
                "TIMESTAMP WITH TIME ZONE | use TIMESTAMP_LTZ",
            })
    void a_wrong_type_says_where_and_how_to_mend(String text, String message) {
        assertThatThrownBy(() -> DataTypes.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nesting_is_bounded() {
        String deep = "ARRAY<".repeat(10_000) + "INT" + ">".repeat(10_000);
        assertThatThrownBy(() -> DataTypes.parse(deep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested more than 32 deep");
    }
}
