package io.millrace.plan.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QuotedTextTest {
    private static final Set<String> COLUMNS = Set.of("value", "user", "date", "day", "end", "timestamp", "page", "to");

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
                    value > 1;                              `value` > 1
                    user = 'user';                          `user` = 'user'
                    VALUE > 1;                              VALUE > 1
                    date(page);                             date(`page`)
                    date '2026-01-01' < date;               date '2026-01-01' < `date`
                    CAST(page AS date);                     CAST(`page` AS date)
                    EXTRACT(day FROM date);                 EXTRACT(day FROM `date`)
                    TRIM(page FROM value);                  TRIM(`page` FROM `value`)
                    FLOOR(timestamp TO day);                FLOOR(`timestamp` TO day)
                    INTERVAL '1' day;                       INTERVAL '1' day
                    CASE WHEN end THEN end ELSE end END;    CASE WHEN `end` THEN `end` ELSE `end` END
                    s.value;                                `s`.`value`
                    value.day;                              `s`.`value`.`day`
                    page SIMILAR TO value;                  `page` SIMILAR TO `value`
                    page -- value;                          `page` -- value
                    (value) + -value;                       (`value`) + -`value`
                    """)
    void columns_are_quoted_where_an_operand_stands(String expression, String expected) {
        assertThat(QuotedText.of(expression, "s", COLUMNS).sql()).isEqualTo(expected);
    }

    @Test
    void places_in_the_quoted_text_are_places_in_the_original() {
        String expression = "value > 1\n  AND page = nope";
        QuotedText quoted = QuotedText.of(expression, "s", COLUMNS);

        assertThat(quoted.sql()).isEqualTo("`value` > 1\n  AND `page` = nope");
        assertThat(quoted.originalIndex(1, 11)).isEqualTo(expression.indexOf('1'));
        assertThat(quoted.originalIndex(2, 16)).isEqualTo(expression.indexOf("nope"));
        assertThat(quoted.originalEnd(1, 7)).isEqualTo("value".length());
        assertThat(quoted.originalEnd(2, 19)).isEqualTo(expression.length());
        assertThat(quoted.originalIndex(9, 9)).isEqualTo(expression.length());
    }
}
