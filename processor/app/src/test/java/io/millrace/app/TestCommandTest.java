package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCommandTest {
    private static final String JOB = """
            job: totals
            kafka: {bootstrap.servers: "localhost:1"}
            sources:
              payments:
                topic: payments
                format: json
                schema: {who: STRING NOT NULL, amount: "DECIMAL(10, 2)", tags: ARRAY<STRING>, at: TIMESTAMP_LTZ}
            steps:
              - from: payments
              - filter: amount IS NULL OR 100 / amount > 0
              - aggregate: {name: paid, by: who, values: {total: SUM(amount), last: MAX(at)}}
              - to: totals
            sinks:
              totals: {topic: totals, key: who}
            """;
    private static final String TOLERANT = JOB + "errors: {tolerance: all, deadletterqueue.topic.name: totals.dead}\n";

    @TempDir
    private Path directory;

    private Path job;

    @BeforeEach
    void write_the_job() {
        job = directory.resolve("job.yaml");
    }

    @Test
    void tests_in_the_job_and_in_files_named_after_it_are_run() throws IOException {
        Files.writeString(job, JOB + test("in the job", "{who: ann, amount: 1}", "{total: 1}"));
        Files.writeString(directory.resolve("job.test.yaml"), test("beside it", "{who: ann}", "{total: ~}"));
        Files.writeString(directory.resolve("job.more.test.yaml"), test("also", "{who: ann, amount: 2}", "{total: 2}"));
        Files.writeString(directory.resolve("jobs.test.yaml"), "this is not ours");
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.all()).isEqualToNormalizingNewlines("""
                ok   in the job
                ok   also
                ok   beside it
                3 tests passed
                """);
        assertThat(run.exitCode()).isZero();
        assertThat(CommandRun.of("test", job.toString(), "--filter", "also").out())
                .isEqualToNormalizingNewlines("ok   also\n1 test passed\n");
        assertThat(CommandRun.of(
                                "test",
                                job.toString(),
                                directory.resolve("job.test.yaml").toString())
                        .out())
                .isEqualToNormalizingNewlines("ok   beside it\n1 test passed\n");
    }

    @Test
    void what_differs_is_shown_row_by_row() throws IOException {
        Files.writeString(job, JOB + """
                tests:
                  - name: three payments
                    given:
                      payments: [{who: ann, amount: 1}, {who: bob, amount: 5, at: 10:00}, {who: ann, amount: 2.5}]
                    expect:
                      totals: [{who: ann, total: 1}, {who: bob, total: 6, last: 10:00}, {who: cid, total: 1}]
                """);
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.out()).isEqualToNormalizingNewlines("FAIL three payments  (" + job + """
                :16:11)
                     totals:
                         {who: ann, total: 1.00, last: null}
                       - {who: bob, total: 6, last: 10:00}
                       + {who: bob, total: 5.00, last: 10:00:00}    total is 5.00, not 6
                       - {who: cid, total: 1}
                       + {who: ann, total: 3.50, last: null}    who is ann, not cid; total is 3.50, not 1
                1 of 1 test failed
                """);
        assertThat(run.exitCode()).isOne();
    }

    @Test
    void a_row_too_many_and_one_too_few_are_told_apart() throws IOException {
        Files.writeString(job, JOB + """
                tests:
                  - {name: one, given: {payments: [{who: a, amount: 1}, {who: b, amount: 2}]}, expect: {totals: [{who: b}]}}
                  - {name: two, given: {payments: [{who: b, amount: 2}]}, expect: {totals: [{who: a}, {who: b}]}}
                """);
        assertThat(CommandRun.of("test", job.toString()).out())
                .contains("       + {who: a}\n         {who: b}\n")
                .contains("       - {who: a}\n         {who: b}\n");
    }

    @Test
    void an_update_changes_what_is_expected_and_nothing_else() throws IOException {
        Files.writeString(job, JOB + """
                tests: # of payments
                  - name: wrong # so far
                    given:
                      payments: [{who: ann, amount: 1, at: 10:00}, {who: "${x", amount: 2}]
                    expect: # what comes
                      totals:
                        - {who: ann, total: 7}

                  # Another.
                  - {name: silent, given: {payments: [{who: "a, b", amount: 1}]}}
                  - name: right
                    given: {payments: [{who: ann, amount: 1}]}
                    expect: {totals: [{total: 1}]}
                """.replace("${x", "$${x"));
        CommandRun run = CommandRun.of("test", job.toString(), "--update");
        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.out()).endsWith("2 tests expect now what came" + System.lineSeparator());
        assertThat(Files.readString(job)).isEqualTo(JOB + """
                tests: # of payments
                  - name: wrong # so far
                    given:
                      payments: [{who: ann, amount: 1, at: 10:00}, {who: "${x", amount: 2}]
                    expect:
                      totals:
                        - {who: ann, total: 1.00}
                        - {who: "${x", total: 2.00}

                  # Another.
                  - {name: silent, given: {payments: [{who: "a, b", amount: 1}]}, expect: {totals: [{who: "a, b", total: 1.00, last: null}]}}
                  - name: right
                    given: {payments: [{who: ann, amount: 1}]}
                    expect: {totals: [{total: 1}]}
                """.replace("${x", "$${x"));
        assertThat(CommandRun.of("test", job.toString()).exitCode()).isZero();
    }

    @Test
    void a_test_that_expects_nothing_fails_since_it_could_not() throws IOException {
        Files.writeString(job, JOB + "tests: [{name: t, given: {payments: []}}]\n");
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.out()).contains("it expects nothing: add 'expect', or have it filled in with --update");
        assertThat(run.exitCode()).isOne();
    }

    @Test
    void a_job_that_stops_fails_its_test_and_is_not_updated() throws IOException {
        Files.writeString(job, JOB + test("zero", "{who: ann, amount: 0}", "{total: 0}"));
        String before = Files.readString(job);
        CommandRun run = CommandRun.of("test", job.toString(), "--update");
        assertThat(run.out()).contains("     the job stopped: payments-0@0: filter-1: ");
        assertThat(run.exitCode()).isOne();
        assertThat(Files.readString(job)).isEqualTo(before);
    }

    @Test
    void dead_letters_are_expected_by_their_topic_with_what_the_record_was_and_why() throws IOException {
        Files.writeString(job, TOLERANT + """
                tests:
                  - name: not JSON
                    given: {payments: [{raw: "{"}, {record: {key: k, value: ~}}, {who: ann, amount: 3}]}
                    expect:
                      totals: [{$key: ann, $result: ~, total: 3}]
                      totals.dead:
                        - {$value: "{", $key: ~, $headers: {__millrace.errors.offset: 0, __millrace.errors.topic: payments}}
                        - {$value: ~, $key: k}
                """);
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.exitCode()).as(run.all()).isZero();
    }

    @Test
    void avro_needs_no_registry() throws IOException {
        Files.writeString(job, """
                job: avro
                kafka: {bootstrap.servers: "localhost:1", schema.registry.url: "http://localhost:1"}
                sources:
                  orders: {topic: orders, format: avro}
                steps:
                  - from: orders
                  - filter: amount > 1
                  - to: large
                sinks:
                  large: {topic: large, format: avro}
                tests:
                  - name: large ones
                    given: {orders: [{id: a, amount: 1}, {id: b, amount: 2}]}
                    expect: {large: [{id: b, amount: 2}]}
                """);
        assertThat(CommandRun.of("test", job.toString()).err())
                .contains("a test asks no schema registry: give 'orders' a schema: with its columns and their types,"
                        + " or put its Avro schema into "
                        + directory.resolve("orders-value.avsc"));
        Files.writeString(directory.resolve("orders-value.avsc"), """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "id", "type": "string"}, {"name": "amount", "type": "int"}]}
                """);
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.exitCode()).as(run.all()).isZero();
    }

    @Test
    void whatever_does_not_fit_the_job_is_told_at_its_place_all_at_once() throws IOException {
        String unused = "sources:\n  unused: {topic: unused, format: string}";
        Files.writeString(job, JOB.replace("sources:", unused) + """
                tests:
                  - name: mistakes
                    given:
                      - payment: [{who: ann}]
                      - unused: [{value: a}]
                      - payments: [{whom: ann}, {who: ann, amount: many}, {amount: 1}, {watermark: noon}, {who: a, tags: b}]
                    expect:
                      total: []
                      totals: [{amount: 1}, {total: x}]
                """);
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.exitCode()).isEqualTo(78);
        List<String> problems =
                run.err().lines().filter(line -> line.contains(": error: ")).toList();
        assertThat(problems)
                .extracting(line -> line.substring(line.indexOf("job.yaml:")))
                .containsExactly(
                        "job.yaml:19:9: error: no source 'payment' in this job",
                        "job.yaml:20:9: error: no step of this job reads 'unused'",
                        "job.yaml:21:21: error: no column 'whom' in 'payments'",
                        "job.yaml:21:52: error: 'many' is not of type DECIMAL(10, 2)",
                        "job.yaml:21:59: error: column \"who\" is NOT NULL, and is null",
                        "job.yaml:21:84: error: 'noon' is not of type TIMESTAMP_LTZ",
                        "job.yaml:21:106: error: this must be of type ARRAY<STRING>",
                        "job.yaml:23:7: error: no sink 'total' in this job",
                        "job.yaml:24:17: error: no column 'amount' in 'totals'",
                        "job.yaml:24:37: error: 'x' is not of type DECIMAL(38, 2)");
        assertThat(run.err())
                .contains("did you mean 'payments'?")
                .contains("= 'totals' has: who, total, last, $headers, $key, $result, $timestamp, $value");
    }

    @Test
    void a_job_without_tests_says_where_to_write_them() throws IOException {
        Files.writeString(job, JOB);
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.err()).contains("has no tests: write some under 'tests:', as docs/testing.md shows");
        assertThat(run.exitCode()).isOne();
        Files.writeString(job, JOB + test("t", "{who: ann, amount: 1}", "{total: 1}"));
        assertThat(CommandRun.of("test", job.toString(), "--filter", "x").err())
                .contains("no test has 'x' in its name");
    }

    @Test
    void the_page_on_testing_shows_tests_that_pass() throws IOException {
        Matcher blocks = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../../docs/testing.md")));
        assertThat(blocks.find()).isTrue();
        String shown = blocks.group(1);
        while (blocks.find()) {
            Path tests = directory.resolve("page.test.yaml");
            Files.writeString(tests, blocks.group(1));
            CommandRun run = CommandRun.of("test", "../../examples/late-clicks/job.yaml", tests.toString());
            assertThat(run.exitCode()).as(run.all()).isZero();
        }
        assertThat(Files.readString(Path.of("../../examples/late-clicks/job.test.yaml")))
                .startsWith(shown);
    }

    @Test
    void the_job_and_the_test_of_the_guide_are_right() throws IOException {
        String guide = Files.readString(Path.of("../../docs/guide.md"));
        Matcher blocks = Pattern.compile("```yaml\n(job:.*?)```.*?```yaml\n(tests:.*?)```", Pattern.DOTALL)
                .matcher(guide);
        assertThat(blocks.find()).isTrue();
        Files.writeString(job, blocks.group(1));
        Files.writeString(directory.resolve("job.test.yaml"), blocks.group(2));
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(guide).contains("$ ./millrace test job.yaml\n" + run.out().replace("\r\n", "\n"));
    }

    private static String test(String name, String given, String expected) {
        return """
                tests:
                  - name: %s
                    given: {payments: [%s]}
                    expect: {totals: [%s]}
                """.formatted(name, given, expected);
    }
}
