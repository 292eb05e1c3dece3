package io.millrace.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ScreenTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void without_a_terminal_everything_is_a_line() {
        Screen screen = screen(false);
        screen.status("1/s");
        screen.line("result");
        screen.status("2/s");
        screen.endStatus();
        assertThat(shown()).isEqualTo("1/s\nresult\n2/s\n");
    }

    @Test
    void on_a_terminal_the_status_stays_below_the_lines() {
        Screen screen = screen(true);
        screen.status("1/s");
        screen.line("result");
        screen.endStatus();
        screen.line("done");
        assertThat(shown()).isEqualTo("\r\u001b[2K1/s\r\u001b[2Kresult\n1/s\ndone\n");
    }

    private Screen screen(boolean terminal) {
        return new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
