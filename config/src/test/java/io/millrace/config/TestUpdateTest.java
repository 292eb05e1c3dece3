package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestUpdateTest {
    private static final String ROWS = "{a: 1}";

    @Test
    void what_is_expected_is_replaced_from_its_key_to_its_end() {
        assertThat(updated("tests:\n- name: t\n  expect:\n    s: [{a: 2}] # old\n  # given\n  given: {}\n# end\n"))
                .isEqualTo("tests:\n- name: t\n  expect:\n    s:\n      - {a: 1}\n  # given\n  given: {}\n# end\n");
        assertThat(updated("tests:\n- name: t\n  given: {}\n  expect:\n"))
                .isEqualTo("tests:\n- name: t\n  given: {}\n  expect:\n    s:\n      - {a: 1}\n");
    }

    @Test
    void what_is_not_there_yet_comes_last() {
        assertThat(updated("tests:\n- name: t\n  given:\n    x: []\n\n# end"))
                .isEqualTo("tests:\n- name: t\n  given:\n    x: []\n  expect:\n    s:\n      - {a: 1}\n\n# end");
        assertThat(updated("tests: [{name: t, given: {x: []}}]"))
                .isEqualTo("tests: [{name: t, given: {x: []}, expect: {s: [{a: 1}]}}]");
    }

    @Test
    void characters_of_any_width_and_a_byte_order_mark_stay() {
        assertThat(updated("\uFEFF# 🦉\ntests:\n- name: 🦉\n  given: {}\n  expect: {}\n"))
                .isEqualTo("\uFEFF# 🦉\ntests:\n- name: 🦉\n  given: {}\n  expect:\n    s:\n      - {a: 1}\n");
    }

    @Test
    void several_tests_are_updated_at_once() {
        String text = "tests:\n- {name: a, given: {}, expect: {s: []}}\n- {name: b, given: {}}\n";
        List<TestUpdate> updates = read(text).stream()
                .map(test -> TestUpdate.of(test, Map.of("s", List.of(ROWS))))
                .toList();
        assertThat(TestUpdate.apply(text, updates)).isEqualTo("""
                tests:
                - {name: a, given: {}, expect: {s: [{a: 1}]}}
                - {name: b, given: {}, expect: {s: [{a: 1}]}}
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a",
                "null",
                "NULL",
                "~",
                "-",
                "--- a",
                "- a",
                "a: b",
                "a:b",
                "10:00:00",
                "#",
                "a #b",
                "[x]",
                "{x}",
                "a, b",
                "${X}",
                "$$",
                "$key",
                "it's",
                "\"q\"",
                "\\",
                "line\nbreak",
                "tab\t",
                "*a",
                "&a",
                "!x",
                "%",
                "@",
                "`",
                "?",
                "? a",
                "true",
                "1e3",
                "é",
                "🦉",
                "..",
                "...",
                "/a/b",
                "a:",
                ":",
                "+1",
                "=",
                "<<"
            })
    void whatever_a_column_holds_is_read_back_as_it_was(String word) {
        // Variables are for values only.
        String key = word.contains("${") ? "k" : "k" + word;
        Map<String, List<String>> rows = new LinkedHashMap<>();
        rows.put(
                "s",
                List.of("{" + TestUpdate.word(key) + ": " + TestUpdate.word(word) + ", l: [" + TestUpdate.word(word)
                        + ", b]}"));
        for (String text : List.of("tests: [{name: t, given: {}}]", "tests:\n- name: t\n  given: {}\n")) {
            String updated =
                    TestUpdate.apply(text, List.of(TestUpdate.of(read(text).get(0), rows)));
            TestCase.Row row =
                    read(updated).get(0).expect().values().iterator().next().get(0);
            List<TestValue> values = List.copyOf(row.columns().values());
            assertThat(row.columns().keySet().stream().map(Text::value).toList())
                    .as(updated)
                    .isEqualTo(List.of(key, "l"));
            assertThat(values.get(0).at().value()).as(updated).isEqualTo(word);
            assertThat(values.get(0)).as(updated).isInstanceOf(TestValue.Single.class);
            assertThat(((TestValue.Many) values.get(1)).items().get(0).at().value())
                    .as(updated)
                    .isEqualTo(word);
        }
    }

    private static String updated(String text) {
        return TestUpdate.apply(text, List.of(TestUpdate.of(read(text).get(0), Map.of("s", List.of(ROWS)))));
    }

    private static List<TestCase> read(String yaml) {
        return TestReader.read("t.yaml", yaml, Environment.ofProcess(Path.of("")));
    }
}
