package io.millrace.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestReaderTest {
    private static final String HEAD = "tests:\n  - name: t\n    ";

    @Test
    void a_test_says_what_is_given_in_order_and_what_is_expected() {
        TestCase test = read("""
                tests:
                  - name: a late click
                    date: 2026-03-01
                    end: false
                    given:
                      - clicks: [{ts: 10:00:05, page: /a}, {watermark: 10:01:00}, {elapse: 1m30s}, {raw: "{"}]
                      - views: [{record: {key: k, value: {page: ~}, timestamp: 10:00, headers: {h: v}}}]
                    expect:
                      stats: [{page: /a, tags: [x]}, {$key: /a, $value: null}]
                      late: []
                """).get(0);
        assertThat(test.name().value()).isEqualTo("a late click");
        assertThat(test.date()).isEqualTo(LocalDate.of(2026, 3, 1));
        assertThat(test.end()).isFalse();
        assertThat(test.given().stream().map(given -> given.getClass().getSimpleName()))
                .containsExactly("GivenRow", "Watermark", "Elapse", "Raw", "Message");
        assertThat(((TestCase.Elapse) test.given().get(2)).duration()).isEqualTo(Duration.ofSeconds(90));
        TestCase.Row message = requireNonNull(((TestCase.Message) test.given().get(4)).value());
        assertThat(message.columns().values()).singleElement().isInstanceOf(TestValue.Absent.class);
        assertThat(test.expect().keySet().stream().map(Text::value)).containsExactly("stats", "late");
        assertThat(test.expect().values().stream().map(List::size)).containsExactly(2, 0);
    }

    @Test
    void a_file_without_tests_has_none() {
        assertThat(read("job: x\n")).isEmpty();
    }

    @Test
    void by_default_times_are_on_one_day_and_time_goes_to_its_end() {
        TestCase test = read(HEAD + "given: {}\n    expect: {}\n").get(0);
        assertThat(test.date()).isEqualTo(LocalDate.of(2026, 1, 1));
        assertThat(test.end()).isTrue();
    }

    @Test
    void mistakes_are_told_where_they_are() {
        assertThat(problem("tests: 1\n")).isEqualTo("t.yaml:1:8: 'tests' must be a list, not a single value");
        assertThat(problem("tests:\n")).endsWith("'tests' must be a list, and there is nothing");
        assertThat(problem("tests: [1]\n")).endsWith("a test must be a mapping, not a single value");
        assertThat(problem("tests: [{name: t, expect: {}}]\n")).isEqualTo("t.yaml:1:9: a test needs 'given'");
        assertThat(problem(HEAD + "given: {}\n    expects: {}\n    expect: {}\n"))
                .isEqualTo("t.yaml:4:5: unknown key 'expects' in a test");
        assertThat(problem(HEAD + "given: {}\n    expect: {}\n    date: monday\n"))
                .endsWith("'date' must be a date, not 'monday'");
        assertThat(problem(HEAD + "given: {}\n    expect: {}\n    end: no\n"))
                .endsWith("'end' must be true or false, not 'no'");
        assertThat(problem(HEAD + "given: {s: [{elapse: 30}]}\n    expect: {}\n"))
                .isEqualTo("t.yaml:3:26: 'elapse' must be a duration, not '30'");
        assertThat(problem(HEAD + "given: {s: [{raw: []}]}\n    expect: {}\n"))
                .endsWith("'raw' must be a single value, not a list");
        assertThat(problem(HEAD + "given: {s: [{record: {keys: a}}]}\n    expect: {}\n"))
                .endsWith("unknown key 'keys' in 'record'");
    }

    private static List<TestCase> read(String yaml) {
        return TestReader.read("t.yaml", yaml, Environment.ofProcess(Path.of("")));
    }

    private static String problem(String yaml) {
        Problem problem = catchThrowableOfType(JobException.class, () -> read(yaml))
                .problems()
                .get(0);
        return problem.at() + ": " + problem.message();
    }
}
