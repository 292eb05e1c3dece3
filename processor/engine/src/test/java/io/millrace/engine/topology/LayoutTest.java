package io.millrace.engine.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LayoutTest {
    private static final Layout MINUTES = new Layout("windowed 1", Map.of("window", "1m"));

    @Test
    void a_text_reads_as_the_layout_that_it_is_of() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("values", "MAX(x) FILTER (WHERE y = 'a\nb: \\n')");
        parts.put("empty", "");
        Layout layout = new Layout("aggregate 1", parts);
        assertThat(layout.text()).hasLineCount(3);
        assertThat(Layout.parse(layout.text())).isEqualTo(layout);
        assertThatThrownBy(() -> Layout.parse("aggregate 1\nnonsense"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("line 2 of a layout has no \": \"");
    }

    @Test
    void a_part_that_has_changed_come_or_gone_does_not_fit() {
        assertThat(MINUTES.misfits(MINUTES)).isEmpty();
        assertThat(new Layout("windowed 1", Map.of("window", "1h")).misfits(MINUTES))
                .containsExactly("window was 1m, and is 1h");
        assertThat(new Layout("windowed 1", Map.of()).misfits(MINUTES))
                .containsExactly("window was 1m, and is not there");
        assertThat(MINUTES.misfits(new Layout("windowed 1", Map.of())))
                .containsExactly("window was not there, and is 1m");
    }

    @Test
    void another_form_is_all_that_is_said() {
        assertThat(new Layout("windowed 2", Map.of()).misfits(MINUTES))
                .containsExactly("form was windowed 1, and is windowed 2");
    }

    @Test
    void rows_may_grow_and_lateness_may_shrink() {
        Layout before = late("ROW<a INT NOT NULL>", "100");
        assertThat(late("ROW<a INT, b STRING>", "99").misfits(before)).isEmpty();
        assertThat(late("ROW<b STRING, a INT>", "101").misfits(before)).hasSize(2);
        assertThat(late("ROW<a INT NOT NULL, b STRING NOT NULL>", "100").misfits(before))
                .hasSize(1);
        assertThat(before.misfits(late("ROW<a INT>", "100"))).hasSize(1);
    }

    @Test
    void what_cannot_be_read_does_not_fit() {
        assertThat(late("ROW<a INT>", "100").misfits(late("GEOMETRY", "long"))).hasSize(2);
    }

    private static Layout late(String rows, String ms) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(Layout.ROWS, rows);
        parts.put(Layout.LATENESS_MS, ms);
        return new Layout("session 1", parts);
    }
}
