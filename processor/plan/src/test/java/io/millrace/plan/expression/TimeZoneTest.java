package io.millrace.plan.expression;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is about days and hours of an instant goes by the job's zone. In Berlin clocks went from 02:00 to 03:00 on 2026-03-29 at 01:00 UTC,
 * and from 03:00 back to 02:00 on 2026-10-25 at 01:00 UTC.
 */
final class TimeZoneTest {
    private static final RowType COLUMNS = RowType.of(
            new Column("at", Scalar.TIMESTAMP_LTZ),
            new Column("shown", Scalar.TIMESTAMP),
            new Column("text", Scalar.STRING),
            new Column("day", Scalar.DATE));

    private final SqlContext berlin = new SqlContext(ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-01-15T23:30:00.123Z | CAST(at AS TIMESTAMP)          | 2026-01-16T00:30:00.123
            2026-07-15T22:30:00Z     | CAST(at AS TIMESTAMP)          | 2026-07-16T00:30
            2026-03-29T00:59:59.999Z | CAST(at AS TIMESTAMP)          | 2026-03-29T01:59:59.999
            2026-03-29T01:00:00Z     | CAST(at AS TIMESTAMP)          | 2026-03-29T03:00
            2026-10-25T00:30:00Z     | CAST(at AS TIMESTAMP)          | 2026-10-25T02:30
            2026-10-25T01:30:00Z     | CAST(at AS TIMESTAMP)          | 2026-10-25T02:30
            2026-01-15T23:30:00Z     | CAST(at AS DATE)               | 2026-01-16
            2026-01-15T23:30:00Z     | CAST(at AS STRING)             | 2026-01-16 00:30:00.000
            2026-01-15T23:30:00Z     | CAST(CAST(at AS TIME) AS STRING) | 00:30:00.000
            2026-01-15T23:30:00Z     | EXTRACT(HOUR FROM at)          | 0
            2026-01-15T23:30:00Z     | EXTRACT(DAY FROM at)           | 16
            2026-12-31T23:30:00Z     | YEAR(at)                       | 2027
            1969-12-31T23:30:00Z     | EXTRACT(HOUR FROM at)          | 0
            2026-01-15T23:30:00Z     | FLOOR(at TO DAY)               | 2026-01-15T23:00:00Z
            2026-03-29T12:00:00Z     | FLOOR(at TO DAY)               | 2026-03-28T23:00:00Z
            2026-03-29T22:30:00Z     | FLOOR(at TO DAY)               | 2026-03-29T22:00:00Z
            2026-10-25T22:30:00Z     | FLOOR(at TO DAY)               | 2026-10-24T22:00:00Z
            2026-10-25T22:30:00Z     | CEIL(at TO DAY)                | 2026-10-25T23:00:00Z
            2026-10-25T00:31:30Z     | FLOOR(at TO HOUR)              | 2026-10-25T00:00:00Z
            2026-10-25T01:31:30Z     | FLOOR(at TO HOUR)              | 2026-10-25T01:00:00Z
            2026-10-25T01:31:30Z     | FLOOR(at TO MINUTE)            | 2026-10-25T01:31:00Z
            2026-10-25T01:31:30Z     | CEIL(at TO MINUTE)             | 2026-10-25T01:32:00Z
            2026-10-25T00:31:30Z     | CEIL(at TO MINUTE)             | 2026-10-25T00:32:00Z
            2026-01-31T22:30:00Z     | at + INTERVAL '1' MONTH        | 2026-02-28T22:30:00Z
            2026-02-28T23:30:00Z     | at + INTERVAL '1' MONTH        | 2026-03-31T22:30:00Z
            2026-03-31T22:30:00Z     | at - INTERVAL '1' MONTH        | 2026-02-28T23:30:00Z
            2026-03-31T22:30:00Z     | at + INTERVAL '-1-1' YEAR TO MONTH | 2025-02-28T23:30:00Z
            2026-03-28T12:00:00Z     | at + INTERVAL '1' DAY          | 2026-03-29T12:00:00Z
            2026-10-25T00:30:00Z     | at + INTERVAL '1' HOUR         | 2026-10-25T01:30:00Z
            2026-01-15T23:30:00Z     | TIMESTAMPADD(MONTH, 1, at)     | 2026-02-15T23:30:00Z
            2026-01-15T23:30:00Z     | FORMAT_TIMESTAMP('%d %H', at)  | 16 00
            2026-01-15T23:30:00Z     | DAYNAME(at)                    | Friday
            2026-12-31T23:30:00Z     | MONTHNAME(at)                  | January
            2026-01-15T23:30:00Z     | UNIX_MILLIS(at)                | 1768519800000
            2026-01-15T23:30:00Z     | CAST(NULLIF(at, at) AS TIMESTAMP) | null
            2026-01-15T23:30:00Z     | at = CAST(at AS TIMESTAMP)     | true
            2026-01-15T23:30:00Z     | MONTH(TIMESTAMP_TRUNC(at, MONTH)) | 1
            2026-02-28T23:30:00Z     | TIMESTAMP_TRUNC(at, MONTH)     | 2026-02-28T23:00:00Z
            2026-01-15T23:30:00Z     | PARSE_TIMESTAMP('%Y-%m-%d %H', '2026-07-16 00') | 2026-07-15T22:00:00Z
            2026-01-15T23:30:00Z     | TRY_CAST('2026-07-16 00:30:00' AS TIMESTAMP_LTZ) | 2026-07-15T22:30:00Z
            2026-01-15T23:30:00Z     | TRY_CAST('midnight' AS TIMESTAMP_LTZ) | null
            2026-01-15T23:30:00Z     | at > TIMESTAMP '2026-01-16 00:29:59' | true
            2026-01-15T23:30:00Z     | at >= TIMESTAMP '2026-01-16 00:30:01' | false
            2026-01-15T23:30:00Z     | at BETWEEN TIMESTAMP '2026-01-16 00:30:00' AND TIMESTAMP '2026-01-16 00:30:00' | true
            2026-01-15T23:30:00Z     | CAST(TIMESTAMP '2026-07-16 00:30:00.5' AS TIMESTAMP_LTZ) | 2026-07-15T22:30:00.500Z
            2026-01-15T23:30:00Z     | CAST(CAST(TIMESTAMP '2026-07-16 00:30:00' AS TIMESTAMP_LTZ) AS TIMESTAMP) | 2026-07-16T00:30
            2026-01-15T23:30:00Z     | CAST(NULL AS TIMESTAMP_LTZ)    | null
            2026-02-28T23:30:00Z     | TIMESTAMPDIFF(MONTH, at, at + INTERVAL '1' MONTH) | 1
            2026-03-28T23:30:00Z     | TIMESTAMPDIFF(HOUR, at, at + INTERVAL '1' DAY) | 24
            2026-03-28T23:30:00Z     | TIMESTAMPDIFF(HOUR, FLOOR(at TO DAY), CEIL(at TO DAY)) | 23
            2026-01-15T23:30:00Z     | CASE WHEN at IS NULL THEN at ELSE at END | 2026-01-15T23:30:00Z
            2026-01-15T23:30:00Z     | EXTRACT(EPOCH FROM at)         | 1768519800
            2026-01-15T23:30:00Z     | QUARTER(at + INTERVAL '3' MONTH) | 2
            2026-01-15T23:30:00Z     | CAST(at AS VARCHAR(10))        | 2026-01-16
            2026-01-15T23:30:00Z     | TIMESTAMPADD(HOUR, 2, at)      | 2026-01-16T01:30:00Z
            """)
    void an_instant_is_looked_at_by_the_clock_of_the_zone(String at, String expression, String expected) {
        assertThat(evaluate(berlin, expression, Row.of(0, Instant.parse(at).toEpochMilli(), null, null, null)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            2026-01-16T00:30:00.123 | CAST(shown AS TIMESTAMP_LTZ) | 2026-01-15T23:30:00.123Z
            2026-07-16T00:30        | CAST(shown AS TIMESTAMP_LTZ) | 2026-07-15T22:30:00Z
            2026-03-29T01:59:59     | CAST(shown AS TIMESTAMP_LTZ) | 2026-03-29T00:59:59Z
            2026-03-29T02:30        | CAST(shown AS TIMESTAMP_LTZ) | 2026-03-29T01:30:00Z
            2026-03-29T03:00        | CAST(shown AS TIMESTAMP_LTZ) | 2026-03-29T01:00:00Z
            2026-10-25T02:30        | CAST(shown AS TIMESTAMP_LTZ) | 2026-10-25T00:30:00Z
            2026-10-25T03:00        | CAST(shown AS TIMESTAMP_LTZ) | 2026-10-25T02:00:00Z
            2026-10-25T02:30        | EXTRACT(HOUR FROM shown)     | 2
            """)
    void a_clock_on_the_wall_becomes_an_instant_of_the_zone(String shown, String expression, String expected) {
        long shownMs = LocalDateTime.parse(shown).toInstant(ZoneOffset.UTC).toEpochMilli();

        assertThat(evaluate(berlin, expression, Row.of(0, null, shownMs, null, null)))
                .isEqualTo(expected);
    }

    @Test
    void texts_and_dates_become_instants_of_the_zone() {
        Row row = Row.of(0, null, null, "2026-07-16 00:30:00", (int)
                LocalDate.of(2026, 7, 16).toEpochDay());

        assertThat(evaluate(berlin, "CAST(text AS TIMESTAMP_LTZ)", row)).isEqualTo("2026-07-15T22:30:00Z");
        assertThat(evaluate(berlin, "CAST(day AS TIMESTAMP_LTZ)", row)).isEqualTo("2026-07-15T22:00:00Z");
        assertThat(evaluate(berlin, "CAST(NULLIF(text, text) AS TIMESTAMP_LTZ)", row))
                .isEqualTo("null");
    }

    @Test
    void in_utc_an_instant_is_what_the_clock_shows() {
        SqlContext utc = new SqlContext(ZoneOffset.UTC);
        Row row = Row.of(0, Instant.parse("2026-01-31T23:30:00.123Z").toEpochMilli(), null, "2026-07-16 00:30:00", 1);

        assertThat(evaluate(utc, "at + INTERVAL '1' MONTH", row)).isEqualTo("2026-02-28T23:30:00.123Z");
        assertThat(evaluate(utc, "at - INTERVAL '1' MONTH", row)).isEqualTo("2025-12-31T23:30:00.123Z");
        assertThat(evaluate(utc, "FLOOR(at TO DAY)", row)).isEqualTo("2026-01-31T00:00:00Z");
        assertThat(evaluate(utc, "CAST(at AS TIMESTAMP)", row)).isEqualTo("2026-01-31T23:30:00.123");
        assertThat(evaluate(utc, "CAST(text AS TIMESTAMP_LTZ)", row)).isEqualTo("2026-07-16T00:30:00Z");
        assertThat(evaluate(utc, "CAST(day AS TIMESTAMP_LTZ)", row)).isEqualTo("1970-01-02T00:00:00Z");
    }

    @Test
    void a_zone_may_be_an_offset() {
        SqlContext india = new SqlContext(ZoneId.of("+05:30"));
        Row row = Row.of(0, Instant.parse("2026-01-15T18:45:00Z").toEpochMilli(), null, null, null);

        assertThat(evaluate(india, "FLOOR(at TO HOUR)", row)).isEqualTo("2026-01-15T18:30:00Z");
        assertThat(evaluate(india, "EXTRACT(DAY FROM at)", row)).isEqualTo("16");
    }

    private static String evaluate(SqlContext sql, String text, Row row) {
        List<Problem> problems = new ArrayList<>();
        Expression expression = sql.over("events", COLUMNS, problems::add).value(Text.of(text));
        assertThat(problems).isEmpty();
        assertThat(expression).isNotNull();
        @Nullable
        Object value = sql.compiler().function(List.of(expression), COLUMNS).apply(row)[0];
        if (value == null) {
            return "null";
        }
        if (expression.type() == Scalar.TIMESTAMP) {
            return LocalDateTime.ofInstant(Instant.ofEpochMilli((Long) value), ZoneOffset.UTC)
                    .toString();
        }
        if (expression.type() == Scalar.TIMESTAMP_LTZ) {
            return Instant.ofEpochMilli((Long) value).toString();
        }
        return expression.type() == Scalar.DATE
                ? LocalDate.ofEpochDay((Integer) value).toString()
                : String.valueOf(value);
    }
}
