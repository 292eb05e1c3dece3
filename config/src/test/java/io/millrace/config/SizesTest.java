package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SizesTest {
    @ParameterizedTest
    @CsvSource({"64KB, 65536", "1MB, 1048576", "512MB, 536870912", "2GB, 2147483648", "999999GB, 1073740750258176"})
    void units_are_powers_of_1024(String text, long sizeBytes) {
        assertThat(Sizes.parse(text)).isEqualTo(sizeBytes);
        assertThat(Sizes.write(sizeBytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "MB", "64 MB", "64mb", "64M", "64MiB", "-1MB", "1.5GB", "1TB", "1234567MB"})
    void anything_else_is_no_size(String text) {
        assertThat(Sizes.parse(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"64, 64MB", "64M, 64MB", "2g, 2GB", "64 MiB, 64MB", "100k, 100KB", "268435456, 256MB"})
    void what_was_meant_is_guessed(String text, String meant) {
        assertThat(Sizes.meant(text)).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lots", "1TB", "-5"})
    void what_cannot_be_guessed_is_not(String text) {
        assertThat(Sizes.meant(text)).isNull();
    }
}
