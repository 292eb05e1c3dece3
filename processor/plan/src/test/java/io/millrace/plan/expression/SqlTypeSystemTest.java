package io.millrace.plan.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.serde.Column;
import io.millrace.serde.DataTypes;
import io.millrace.serde.RowType;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SqlTypeSystemTest {
    private final SqlContext sql = new SqlContext(ZoneOffset.UTC);

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(delimiter = ';', textBlock = """
                    DECIMAL(10, 2); +; DECIMAL(8, 4);   DECIMAL(13, 4)
                    DECIMAL(38, 2); +; DECIMAL(38, 10); DECIMAL(38, 6)
                    DECIMAL(10, 2); -; INT;             DECIMAL(13, 2)
                    DECIMAL(10, 2); *; DECIMAL(8, 4);   DECIMAL(19, 6)
                    DECIMAL(38, 10); *; DECIMAL(38, 10); DECIMAL(38, 6)
                    DECIMAL(10, 2); /; DECIMAL(8, 4);   DECIMAL(23, 11)
                    DECIMAL(10, 2); /; BIGINT;          DECIMAL(30, 22)
                    DECIMAL(38, 2); /; DECIMAL(38, 2);  DECIMAL(38, 6)
                    DECIMAL(10, 2); %; DECIMAL(8, 4);   DECIMAL(8, 4)
                    DECIMAL(10, 2); +; DOUBLE;          DOUBLE
                    INT;            /; INT;             INT
                    INT;            *; BIGINT;          BIGINT
                    """)
    void arithmetic_gives_flink_s_types(String left, String operator, String right, String expected) {
        RowType columns = RowType.of(new Column("a", DataTypes.parse(left)), new Column("b", DataTypes.parse(right)));
        List<Problem> problems = new ArrayList<>();
        Expression expression = sql.over("s", columns, problems::add).value(Text.of("a " + operator + " b"));

        assertThat(problems).isEmpty();
        assertThat(expression).isNotNull();
        assertThat(expression.type().sql()).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource(delimiter = ';', textBlock = """
                    SUM; DECIMAL(10, 2); DECIMAL(38, 2)
                    AVG; DECIMAL(10, 2); DECIMAL(38, 6)
                    AVG; DECIMAL(10, 8); DECIMAL(38, 8)
                    SUM; INT;            INT
                    AVG; INT;            INT
                    AVG; BIGINT;         BIGINT
                    SUM; DOUBLE;         DOUBLE
                    COUNT; STRING;       BIGINT
                    MIN; STRING;         STRING
                    MAX; TIMESTAMP;      TIMESTAMP
                    """)
    void aggregates_give_flink_s_types(String function, String argument, String expected) {
        RowType columns = RowType.of(new Column("a", DataTypes.parse(argument)));
        List<Problem> problems = new ArrayList<>();
        Map<Text, Text> values = new LinkedHashMap<>();
        values.put(Text.of("result"), Text.of(function + "(a)"));
        Aggregation aggregation = sql.over("s", columns, problems::add).aggregation(List.of(), values, false);

        assertThat(problems).isEmpty();
        assertThat(aggregation).isNotNull();
        assertThat(aggregation.results().get(0).type().sql()).isEqualTo(expected);
        assertThat(aggregation.calls().get(0).resultType().sql()).isEqualTo(expected);
    }
}
