package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "10ms, PT0.01S",
        "10s, PT10S",
        "5m, PT5M",
        "1h, PT1H",
        "7d, PT168H",
        "1h30m, PT1H30M",
        "1d2h3m4s5ms, PT26H3M4.005S",
        "-30s, PT-30S",
        "0s, PT0S"
    })
    void units_are_added_up(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
        assertThat(Durations.write(expected)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "10",
                "s",
                "10 s",
                "10S",
                "5m1h",
                "1m1m",
                "1.5h",
                "PT1H",
                "1w",
                "10s ",
                "+1s",
                "9999999999s"
            })
    void anything_else_is_no_duration(String text) {
        assertThat(Durations.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"10, 10s", "5 minutes, 5m", "1 h 30 min, 1h30m", "PT10S, 10s", "10S, 10s", "100msec, 100ms"})
    void what_was_meant_is_guessed(String text, String meant) {
        assertThat(Durations.meant(text, "s")).isEqualTo(meant);
    }

    @Test
    void what_cannot_be_guessed_is_not() {
        assertThat(Durations.meant("soon", "s")).isNull();
        assertThat(Durations.meant("3 weeks", "s")).isNull();
        assertThat(Durations.meant("99999999999", "s")).isNull();
    }
}
