package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class JobReaderTest {
    static Stream<Path> rightJobs() {
        return Example.right().stream();
    }

    @ParameterizedTest
    @MethodSource("rightJobs")
    void a_right_job_has_neither_errors_nor_warnings(Path file) {
        List<Problem> warnings = new ArrayList<>();
        JobReader.read("job.yaml", Example.read(file), Example.ENVIRONMENT, warnings::add);
        assertThat(warnings).isEmpty();
    }

    @Test
    void sources_and_sinks_are_read_with_their_defaults() {
        JobSpec job = Example.job(Example.right("smallest.yaml"));
        JobSpec.Source orders = job.sources().get(0);
        assertThat(job.name().value()).isEqualTo("copy");
        assertThat(texts(orders.topics())).containsExactly("orders");
        assertThat(orders.format().value()).isEqualTo("json");
        assertThat(texts(orders.schema().keySet())).containsExactly("id", "amount");
        assertThat(texts(orders.schema().values())).containsExactly("STRING", "DECIMAL(10, 2)");
        assertThat(orders.eventTime()).isNull();
        assertThat(orders.lag()).isEqualTo(Duration.ZERO);
        assertThat(orders.idle()).isEqualTo(Duration.ofSeconds(30));
        JobSpec.Sink copies = job.sinks().get(0);
        assertThat(copies.format().value()).isEqualTo("json");
        assertThat(copies.key()).isEmpty();
        assertThat(copies.keyFormat()).isNull();
        assertThat(job.errors()).isEqualTo(new JobSpec.Errors(false, null, false));
        assertThat(job.runtime())
                .isEqualTo(new JobSpec.Runtime(
                        3,
                        Duration.ofMillis(100),
                        0,
                        Path.of("/jobs/here/.millrace"),
                        256L << 20,
                        null,
                        Path.of("/jobs/here/plugins")));
    }

    @Test
    void a_left_out_from_stands_at_the_first_step() {
        JobSpec job = Example.job(Example.right("smallest.yaml"));
        assertThat(job.steps()).hasSize(2);
        JobSpec.From from = (JobSpec.From) job.steps().get(0);
        assertThat(from.stream().value()).isEqualTo("orders");
        assertThat(from.at().at()).isEqualTo(new Position("job.yaml", 6, 5));
        assertThat(from.stream().at()).isEqualTo(new Position("job.yaml", 6, 5));
    }

    @Test
    void steps_keep_their_order_and_their_places() {
        JobSpec job = Example.job(Example.right("page-stats.yaml"));
        assertThat(job.steps().stream().map(step -> step.at().value()))
                .containsExactly(
                        "from",
                        "filter",
                        "set",
                        "as",
                        "aggregate",
                        "to",
                        "from",
                        "route",
                        "from",
                        "drop",
                        "key",
                        "aggregate",
                        "to");
        assertThat(job.steps().get(1).at().at()).isEqualTo(new Position("job.yaml", 15, 5));
        JobSpec.Aggregate windowed = (JobSpec.Aggregate) job.steps().get(4);
        assertThat(windowed.name().value()).isEqualTo("page_1m");
        assertThat(texts(windowed.by())).containsExactly("page");
        JobSpec.Tumbling window = (JobSpec.Tumbling) Objects.requireNonNull(windowed.window());
        assertThat(window.size()).isEqualTo(Duration.ofMinutes(1));
        assertThat(window.offset()).isEqualTo(Duration.ZERO);
        assertThat(window.at().at()).isEqualTo(new Position("job.yaml", 21, 16));
        assertThat(windowed.emit()).isEqualTo(new JobSpec.Emit.Final());
        assertThat(windowed.late().accept()).isEqualTo(Duration.ofMinutes(5));
        assertThat(texts(windowed.values().values())).containsExactly("COUNT(*)", "PERCENTILE(ms, 0.95)");
        JobSpec.Aggregate running = (JobSpec.Aggregate) job.steps().get(11);
        assertThat(running.window()).isNull();
        assertThat(running.emit()).isEqualTo(new JobSpec.Emit.Updates());
        assertThat(texts(running.by())).containsExactly("page", "country");
        JobSpec.Route route = (JobSpec.Route) job.steps().get(7);
        assertThat(route.branches().stream().map(branch -> branch.target().value()))
                .containsExactly("slow", "quick");
        assertThat(route.branches().get(0).when()).hasToString("ms >= 1000");
        assertThat(route.branches().get(1).when()).isNull();
    }

    @Test
    void errors_and_runtime_are_read_as_written() {
        JobSpec job = Example.job(Example.right("page-stats.yaml"));
        assertThat(job.errors().tolerateAll()).isTrue();
        assertThat(job.errors().deadLetterTopic()).hasToString("page.dlq");
        assertThat(job.runtime())
                .isEqualTo(new JobSpec.Runtime(
                        2,
                        Duration.ofMillis(100),
                        1,
                        Path.of("/var/lib/millrace"),
                        512L << 20,
                        "127.0.0.1:8080",
                        Path.of("/jobs/here/plugins")));
    }

    @Test
    void hopping_windows_block_texts_and_aliases_are_read() {
        JobSpec job = Example.job(Example.right("several-sources.yaml"));
        assertThat(texts(job.sources().get(0).topics())).containsExactly("orders-eu", "orders-us");
        assertThat(texts(job.sources().get(1).schema().keySet())).containsExactly("id", "amount", "ts");
        assertThat(((JobSpec.Filter) job.steps().get(1)).expression().value()).isEqualTo("amount > 10 AND id <> 'x'\n");
        assertThat(texts(((JobSpec.MapRow) job.steps().get(2)).columns().values()))
                .containsExactly("id", "'order ' || id", "'${' || id");
        JobSpec.Aggregate hops = (JobSpec.Aggregate) job.steps().get(3);
        JobSpec.Hopping window = (JobSpec.Hopping) Objects.requireNonNull(hops.window());
        assertThat(window.size()).isEqualTo(Duration.ofMinutes(10));
        assertThat(window.every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(window.offset()).isEqualTo(Duration.ofSeconds(-30));
        assertThat(job.runtime().workers()).isEqualTo(4);
        assertThat(job.runtime().stateMemoryBytes()).isEqualTo(64L << 20);
    }

    @Test
    void time_zone_drift_and_plugin_path_are_read_as_written() {
        JobSpec job = Example.job(Example.right("event-time.yaml"));
        assertThat(job.timeZone().value()).isEqualTo("Europe/Berlin");
        assertThat(job.sources().get(0).drift()).isEqualTo(Duration.ofMinutes(2));
        assertThat(job.sources().get(1).drift()).isEqualTo(Duration.ofMinutes(5));
        assertThat(job.runtime().pluginPath()).isEqualTo(Path.of("/jobs/here/./ours"));
        assertThat(Example.job(Example.right("smallest.yaml")).timeZone().value())
                .isEqualTo("UTC");
    }

    @Test
    void windows_say_when_their_results_come_and_what_becomes_of_late_rows() {
        JobSpec job = Example.job(Example.right("event-time.yaml"));
        List<JobSpec.Aggregate> aggregates = steps(job, JobSpec.Aggregate.class);
        JobSpec.Aggregate minutes = aggregates.get(0);
        assertThat(minutes.emit()).isEqualTo(new JobSpec.Emit.Early(Duration.ofSeconds(10)));
        assertThat(minutes.late().accept()).isEqualTo(Duration.ofMinutes(5));
        assertThat(minutes.late().then()).hasToString("too_late");
        JobSpec.Aggregate days = aggregates.get(1);
        JobSpec.Cumulating window = (JobSpec.Cumulating) Objects.requireNonNull(days.window());
        assertThat(window.max()).isEqualTo(Duration.ofDays(1));
        assertThat(window.step()).isEqualTo(Duration.ofHours(1));
        assertThat(window.offset()).isEqualTo(Duration.ofHours(2));
        assertThat(days.emit()).isEqualTo(new JobSpec.Emit.Updates());
        assertThat(days.late().accept()).isZero();
        JobSpec.Session session =
                (JobSpec.Session) Objects.requireNonNull(aggregates.get(2).window());
        assertThat(session.gap()).isEqualTo(Duration.ofMinutes(30));
        assertThat(session.at().value()).isEqualTo("session");
        assertThat(aggregates.get(2).emit()).isEqualTo(new JobSpec.Emit.Final());
        assertThat(aggregates.get(2).late()).isEqualTo(new JobSpec.Late(Duration.ZERO, null));
    }

    @Test
    void unions_duplicates_rankings_and_custom_steps_are_read() {
        JobSpec job = Example.job(Example.right("event-time.yaml"));
        assertThat(texts(((JobSpec.Union) job.steps().get(0)).streams())).containsExactly("clicks", "taps");
        assertThat(steps(job, JobSpec.Flatten.class).get(0).column()).hasToString("items");
        List<JobSpec.Dedupe> dedupes = steps(job, JobSpec.Dedupe.class);
        assertThat(texts(dedupes.get(0).key())).containsExactly("click_id");
        assertThat(dedupes.get(0).within()).isEqualTo(Duration.ofHours(24));
        assertThat(dedupes).extracting(JobSpec.Dedupe::keep).containsExactly(JobSpec.Keep.FIRST, JobSpec.Keep.LAST);
        List<JobSpec.Top> tops = steps(job, JobSpec.Top.class);
        assertThat(tops.get(0).order()).hasToString("views DESC, user_id");
        assertThat(tops.get(0).limit()).isEqualTo(10);
        assertThat(tops.get(0).window()).isInstanceOf(JobSpec.Hopping.class);
        assertThat(tops.get(1).by()).isEmpty();
        assertThat(tops.get(1).window()).isNull();
        JobSpec.Process process = steps(job, JobSpec.Process.class).get(0);
        assertThat(process.className()).hasToString("com.acme.Enrich$Fast");
        assertThat(texts(process.by())).containsExactly("page");
        assertThat(texts(process.config().keySet())).containsExactly("url", "retries", "strict", "prefix");
        assertThat(texts(process.config().values())).containsExactly("http://localhost", "3", "true", "");
        assertThat(texts(process.outputs().values())).containsExactly("rejects", "slow_rows");
    }

    @Test
    void a_sink_says_whether_its_format_is_written() {
        JobSpec job = Example.job(Example.right("event-time.yaml"));
        assertThat(job.sinks()).extracting(JobSpec.Sink::formatWritten).containsExactly(false, false, true);
    }

    @Test
    void a_path_that_is_none_is_an_error() {
        String yaml = Example.right("smallest.yaml") + "runtime: {plugin.path: \"a\\0b\"}\n";
        assertThat(catchThrowableOfType(JobException.class, () -> Example.job(yaml)))
                .hasMessageContaining("is no path");
    }

    @Test
    void properties_are_handed_on_with_their_variables_filled_in() {
        JobSpec job = Example.job(Example.right("page-stats.yaml"));
        assertThat(job.kafka())
                .containsEntry("bootstrap.servers", "localhost:9092")
                .containsEntry("sasl.jaas.config", "org.acme.Login required password=\"hunter2\";")
                .containsEntry("schema.registry.url", "")
                .containsEntry("producer.linger.ms", "5");
    }

    @Test
    void a_job_is_printed_without_its_secrets() {
        JobSpec job = Example.job(Example.right("page-stats.yaml"));
        assertThat(job.toString()).contains("sasl.jaas.config=(secret)").doesNotContain("hunter2");
        assertThat(job.kafka().entrySet().toString()).doesNotContain("hunter2");
    }

    @Test
    void a_custom_step_is_printed_without_its_secrets() {
        JobSpec job = Example.jobWithSteps(
                "  - process: {name: p, class: P, config: {api.key: hunter2, url: 'http://acme'}}");
        assertThat(job.toString()).contains("(secret)", "http://acme").doesNotContain("hunter2");
        JobSpec.Process process = steps(job, JobSpec.Process.class).get(0);
        assertThat(texts(process.config().values())).containsExactly("hunter2", "http://acme");
    }

    @Test
    void all_problems_come_at_once_and_in_order() {
        JobException e = catchThrowableOfType(
                JobException.class, () -> Example.jobWithSteps("  - agregate: {}", "  - filter: [a]", "  - too: z"));
        assertThat(e.problems().stream().map(problem -> problem.at().line())).containsExactly(5, 6, 7);
        assertThat(e).hasMessage("job.yaml:5:5: unknown step 'agregate' (and 2 more)");
    }

    @Test
    void problems_are_rendered_for_people() {
        JobException e =
                catchThrowableOfType(JobException.class, () -> Example.jobWithSteps("  - agregate: {name: x}"));
        assertThat(e.render()).isEqualTo("""
                        job.yaml:5:5: error: unknown step 'agregate'
                          5 |   - agregate: {name: x}
                            |     ^^^^^^^^ did you mean 'aggregate'?
                            = possible here: from, union, filter, set, drop, map, flatten, as, route, key, aggregate, dedupe, top, process, to
                        """);
    }

    @Test
    void of_very_many_problems_a_hundred_are_shown() {
        List<Problem> problems = new ArrayList<>();
        for (int i = 1; i <= 250; i++) {
            problems.add(Problem.error(new Position("job.yaml", i, 1), 1, "wrong", null));
        }
        assertThat(Problems.render(problems, "")).contains("job.yaml:100:1").endsWith("error: wrong\nand 150 more\n");
        assertThat(Problems.renderJson(problems)).contains("\"line\": 250");
    }

    @Test
    void problems_in_no_line_of_the_file_are_rendered_without_one() {
        Problem problem = Problem.error(Text.of("x").at(), 1, "wrong", "mend it");
        assertThat(Problems.render(List.of(problem), "a: b"))
                .isEqualTo("(built in):1:1: error: wrong\n    = mend it\n");
        Problem elsewhere = Problem.error(new Position("job.yaml", 9, 1), 1, "wrong", "mend it");
        assertThat(Problems.render(List.of(elsewhere), "a: b"))
                .isEqualTo("job.yaml:9:1: error: wrong\n    = mend it\n");
    }

    @Test
    void problems_are_rendered_for_programs() {
        JobException e = catchThrowableOfType(JobException.class, () -> Example.jobWithSteps("  - \"a\\\"b\": 1"));
        assertThat(e.renderJson()).isEqualTo("""
                        [
                          {
                            "file": "job.yaml",
                            "line": 5,
                            "column": 5,
                            "length": 6,
                            "severity": "error",
                            "message": "unknown step 'a\\"b'",
                            "hint": null,
                            "notes": ["possible here: from, union, filter, set, drop, map, flatten, as, route, key, aggregate, dedupe, top, process, to"]
                          }
                        ]
                        """);
    }

    private static <S extends JobSpec.Step> List<S> steps(JobSpec job, Class<S> kind) {
        return job.steps().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static List<String> texts(Iterable<Text> texts) {
        List<String> values = new ArrayList<>();
        texts.forEach(text -> values.add(text.value()));
        return values;
    }
}
