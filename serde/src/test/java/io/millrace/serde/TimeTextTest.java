package io.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.DataType.Scalar;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimeTextTest {
    private static final DateTimeFormatter MILLIS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS");

    @Test
    void dates_and_timestamps_agree_with_java_time() {
        Random random = new Random(17);
        for (int i = 0; i < 20_000; i++) {
            long ms = Math.floorMod(random.nextLong(), 315_537_897_600_000L) - 62_135_596_800_000L;
            LocalDateTime expected = LocalDateTime.ofInstant(Instant.ofEpochMilli(ms), ZoneOffset.UTC);
            String text = ScalarText.format(Scalar.TIMESTAMP, ms);
            assertThat(text).isEqualTo(MILLIS.format(expected));
            assertThat(ScalarText.parse(Scalar.TIMESTAMP, text)).isEqualTo(ms);
            assertThat(ScalarText.format(Scalar.TIMESTAMP_LTZ, ms)).isEqualTo(text + "Z");
            int day = (int) Math.floorDiv(ms, 86_400_000);
            assertThat(ScalarText.format(Scalar.DATE, day))
                    .isEqualTo(LocalDate.ofEpochDay(day).toString());
            assertThat(ScalarText.parse(Scalar.DATE, LocalDate.ofEpochDay(day).toString()))
                    .isEqualTo(day);
        }
    }

    @Test
    void years_far_away_are_signed() {
        assertThat(ScalarText.format(Scalar.DATE, Integer.MAX_VALUE)).isEqualTo("+5881580-07-11");
        assertThat(ScalarText.format(Scalar.DATE, Integer.MIN_VALUE)).isEqualTo("-5877641-06-23");
        assertThat(ScalarText.parse(Scalar.DATE, "+5881580-07-11")).isEqualTo(Integer.MAX_VALUE);
        assertThat(ScalarText.parse(Scalar.DATE, "-5877641-06-23")).isEqualTo(Integer.MIN_VALUE);
        assertThat(ScalarText.parse(Scalar.DATE, "0000-01-01"))
                .isEqualTo((int) LocalDate.of(0, 1, 1).toEpochDay());
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05.678Z, 2026-01-02T03:04:05.678Z",
        "2026-01-02 03:04:05, 2026-01-02T03:04:05Z",
        "2026-01-02T03:04, 2026-01-02T03:04:00Z",
        "2026-01-02, 2026-01-02T00:00:00Z",
        "2026-01-02t03:04:05z, 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.1, 2026-01-02T03:04:05.100Z",
        "2026-01-02T03:04:05.123456789Z, 2026-01-02T03:04:05.123Z",
        "2026-01-02T03:04:05+02:00, 2026-01-02T01:04:05Z",
        "2026-01-02T03:04:05-0930, 2026-01-02T12:34:05Z",
        "2026-01-02T03:04:05+01, 2026-01-02T02:04:05Z",
        "1969-12-31T23:59:59.999, 1969-12-31T23:59:59.999Z",
        "2024-02-29T00:00:00, 2024-02-29T00:00:00Z",
    })
    void instants_are_read_in_the_common_iso_forms(String text, String expected) {
        assertThat(ScalarText.parse(Scalar.TIMESTAMP_LTZ, text))
                .isEqualTo(Instant.parse(expected).toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 4 digits",
                "2026-13-01 | the month is out of range",
                "2025-02-29 | the day is out of range",
                "1900-02-29 | the day is out of range",
                "2026-1-01 | two digits of the month",
                "2026-01-01T | two digits of the hour",
                "2026-01-01T24:00:00 | the hour is out of range",
                "2026-01-01T10:00:60 | the second is out of range",
                "2026-01-01T10:00:00. | a fraction of a second",
                "2026-01-01T10:00:00.1234567890 | at most 9 digits",
                "2026-01-01X10:00:00 | T or a space",
                "2026-01-01T10:00:00+19:00 | the offset is out of range",
                "2026-01-01T10:00:00Zx | the end",
                "20260-01-01 | a year of 4 digits",
                "+999999999-01-01T00:00:00 | out of range",
                "secret | a year of 4 digits",
            })
    void what_is_no_instant_is_refused_without_quoting_it(String text, String message) {
        assertThatThrownBy(() -> ScalarText.parse(Scalar.TIMESTAMP_LTZ, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void a_zoneless_timestamp_takes_z_and_refuses_other_offsets() {
        assertThat(ScalarText.parse(Scalar.TIMESTAMP, "1970-01-01T00:00:01Z")).isEqualTo(1000L);
        assertThatThrownBy(() -> ScalarText.parse(Scalar.TIMESTAMP, "1970-01-01T00:00:01+01:00"))
                .hasMessageContaining("declare it TIMESTAMP_LTZ");
    }

    @Test
    void times_of_day_agree_with_java_time() {
        assertThat(ScalarText.parse(Scalar.TIME, "23:59:59.999")).isEqualTo(86_399_999);
        assertThat(ScalarText.parse(Scalar.TIME, "10:15"))
                .isEqualTo(LocalTime.of(10, 15).toSecondOfDay() * 1000);
        assertThat(ScalarText.format(Scalar.TIME, 36_900_007)).isEqualTo("10:15:00.007");
        assertThatThrownBy(() -> ScalarText.parse(Scalar.TIME, "10:15:00Z")).hasMessageContaining("the end");
    }
}
