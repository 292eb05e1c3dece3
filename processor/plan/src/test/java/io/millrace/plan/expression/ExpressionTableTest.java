package io.millrace.plan.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of {@code values.txt}: an expression, the type of its result, and the result for {@link SampleRow}. */
final class ExpressionTableTest {
    private static final SqlContext SQL = new SqlContext(ZoneOffset.UTC);

    private static final Map<Scalar, Class<?>> CLASSES = Map.ofEntries(
            Map.entry(Scalar.BOOLEAN, Boolean.class),
            Map.entry(Scalar.TINYINT, Byte.class),
            Map.entry(Scalar.SMALLINT, Short.class),
            Map.entry(Scalar.INT, Integer.class),
            Map.entry(Scalar.BIGINT, Long.class),
            Map.entry(Scalar.FLOAT, Float.class),
            Map.entry(Scalar.DOUBLE, Double.class),
            Map.entry(Scalar.STRING, String.class),
            Map.entry(Scalar.BYTES, byte[].class),
            Map.entry(Scalar.DATE, Integer.class),
            Map.entry(Scalar.TIME, Integer.class),
            Map.entry(Scalar.TIMESTAMP, Long.class),
            Map.entry(Scalar.TIMESTAMP_LTZ, Long.class));

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void has_the_expected_type_and_value(String expression, String expectedType, String expectedValue) {
        List<Problem> problems = new ArrayList<>();
        Expression checked =
                SQL.over("clicks", SampleRow.columns(), problems::add).value(Text.of(expression));

        assertThat(problems).isEmpty();
        assertThat(checked).isNotNull();
        assertThat(checked.type().sql() + (checked.nullable() ? "" : " NOT NULL"))
                .isEqualTo(expectedType);
        assertThat(evaluate(checked)).isEqualTo(expectedValue);
    }

    private static String evaluate(Expression expression) {
        @Nullable Object value;
        try {
            value = SQL.compiler()
                    .function(List.of(expression), SampleRow.columns())
                    .apply(SampleRow.row())[0];
        } catch (ExpressionFailedException e) {
            String message = String.valueOf(e.getMessage());
            return "fails: " + message.substring(message.lastIndexOf(": ") + 2);
        }
        if (value != null && expression.type() instanceof Scalar scalar) {
            assertThat(value).isInstanceOf(CLASSES.get(scalar));
        }
        if (value != null && expression.type() instanceof DataType.Decimal decimal) {
            assertThat(((BigDecimal) value).scale()).isEqualTo(decimal.scale());
        }
        assertThat(value != null || expression.nullable()).isTrue();
        return SampleRow.text(value);
    }

    private static Object[] cut(String line) {
        int type = line.indexOf(" => ");
        int value = line.indexOf(" :: ", type);
        return new Object[] {line.substring(0, type), line.substring(type + 4, value), line.substring(value + 4)};
    }

    static Stream<Object[]> lines() throws IOException {
        try (InputStream in = ExpressionTableTest.class.getResourceAsStream("/expressions/values.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(ExpressionTableTest::cut)
                    .toList()
                    .stream();
        }
    }
}
