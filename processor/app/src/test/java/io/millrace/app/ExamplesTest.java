package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.plugin.CustomCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExamplesTest {
    private static final Path EXAMPLES = Path.of("../../examples");

    static List<Path> jobs() throws IOException {
        CustomCode.exampleTarget();
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            List<Path> jobs =
                    files.filter(file -> file.endsWith("job.yaml")).sorted().toList();
            assertThat(jobs).hasSizeGreaterThanOrEqualTo(4);
            return jobs;
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void every_example_is_valid_without_a_warning(Path job) {
        CommandRun run = CommandRun.of("validate", job.toString());
        assertThat(run.all()).isEqualTo(job + ": valid" + System.lineSeparator());
        assertThat(run.exitCode()).isZero();
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void every_example_is_explained(Path job) {
        CommandRun run = CommandRun.of("explain", job.toString());
        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.out()).contains("stage");
        assertThat(run.err()).isEmpty();
        assertThat(CommandRun.of("explain", "--format", "json", job.toString()).out())
                .startsWith("{");
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void every_example_has_tests_that_pass(Path job) {
        CommandRun run = CommandRun.of("test", job.toString());
        assertThat(run.exitCode()).as(run.all()).isZero();
        assertThat(run.out()).startsWith("ok   ").contains(" passed");
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void every_example_has_a_readme_that_names_it(Path job) {
        assertThat(job.resolveSibling("README.md"))
                .content()
                .contains("examples/" + EXAMPLES.relativize(job).toString().replace('\\', '/'));
    }
}
