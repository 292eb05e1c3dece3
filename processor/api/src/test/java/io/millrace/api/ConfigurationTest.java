package io.millrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
    private final Configuration config = new Configuration(
            Map.of("text", " a ", "whole", " 42", "real", "0.5", "flag", "TRUE", "time", "1h30m", "short", "500ms"));

    @Test
    void text_is_read_as_what_is_expected() {
        assertThat(config.getString("text")).isEqualTo(" a ");
        assertThat(config.getInt("whole")).isEqualTo(42);
        assertThat(config.getLong("whole")).isEqualTo(42);
        assertThat(config.getDouble("real")).isEqualTo(0.5);
        assertThat(config.getBoolean("flag")).isTrue();
        assertThat(config.getDuration("time")).isEqualTo(Duration.ofMinutes(90));
        assertThat(config.getDuration("short")).isEqualTo(Duration.ofMillis(500));
        assertThat(config.has("text")).isTrue();
        assertThat(config.keys()).hasSize(6);
    }

    @Test
    void what_is_absent_has_a_default_or_is_an_error() {
        assertThat(config.getString("x", "d")).isEqualTo("d");
        assertThat(config.getInt("x", 1)).isEqualTo(1);
        assertThat(config.getLong("x", 2)).isEqualTo(2);
        assertThat(config.getDouble("x", 3)).isEqualTo(3);
        assertThat(config.getBoolean("x", true)).isTrue();
        assertThat(config.getDuration("x", Duration.ZERO)).isZero();
        assertThatThrownBy(() -> config.getInt("x"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("x is missing: add it to the step's config")
                .extracting(e -> ((ConfigurationException) e).key())
                .isEqualTo("x");
    }

    @Test
    void what_is_something_else_is_an_error_without_the_value() {
        assertThatThrownBy(() -> config.getInt("text"))
                .hasMessage("text must be a whole number from -2147483648 to 2147483647");
        assertThatThrownBy(() -> config.getLong("text", 1)).hasMessage("text must be a whole number");
        assertThatThrownBy(() -> config.getDouble("text")).hasMessage("text must be a number");
        assertThatThrownBy(() -> config.getBoolean("text")).hasMessage("text must be true or false");
        assertThatThrownBy(() -> config.getDuration("whole"))
                .hasMessage("whole must be a duration such as 500ms, 10s, 5m, 1h30m or 7d");
    }

    @Test
    void a_declaration_has_each_side_output_once() {
        RowType columns = RowType.of(new Column("a", Scalar.INT));
        Declaration declaration = Declaration.of(columns).withSide("x", columns);
        assertThat(declaration.configKeys()).isNull();
        assertThatThrownBy(() -> declaration.withSide("x", columns)).hasMessage("two side outputs are named \"x\"");
        assertThatThrownBy(() -> declaration.withSide("", columns)).hasMessage("a side output needs a name");
    }
}
