package io.millrace.serde;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DecimalsTest {
    private static final DataType.Decimal MONEY = new DataType.Decimal(5, 2);

    @Test
    void digits_past_the_scale_are_rounded_half_up() {
        assertThat(fit("1.005")).isEqualTo(new BigDecimal("1.01"));
        assertThat(fit("-1.005")).isEqualTo(new BigDecimal("-1.01"));
        assertThat(fit("1.0049")).isEqualTo(new BigDecimal("1.00"));
        assertThat(fit("7")).isEqualTo(new BigDecimal("7.00"));
        assertThat(fit("0.005")).isEqualTo(new BigDecimal("0.01"));
        assertThat(fit("0.004")).isEqualTo(new BigDecimal("0.00"));
        assertThat(fit("0e5")).isEqualTo(new BigDecimal("0.00"));
    }

    @Test
    void what_has_too_many_digits_does_not_fit() {
        assertThat(fit("1000")).isNull();
        assertThat(fit("999.995")).isNull();
        assertThat(fit("999.994")).isEqualTo(new BigDecimal("999.99"));
    }

    @Test
    void hostile_exponents_cost_nothing() {
        assertThat(fit("1e2000000000")).isNull();
        assertThat(fit("1e-2000000000")).isEqualTo(new BigDecimal("0.00"));
        assertThat(fit("9e-3")).isEqualTo(new BigDecimal("0.01"));
    }

    private static @Nullable BigDecimal fit(String value) {
        return Decimals.fit(new BigDecimal(value), MONEY);
    }
}
