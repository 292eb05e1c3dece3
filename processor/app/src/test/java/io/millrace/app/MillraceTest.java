package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MillraceTest {
    @TempDir
    Path directory;

    @Test
    void help_lists_every_command() {
        CommandRun run = CommandRun.of("--help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("dev", "run", "validate", "explain", "version");
    }

    @Test
    void every_command_has_help_of_its_own() {
        for (String command : new String[] {"dev", "run", "validate", "explain", "version"}) {
            CommandRun run = CommandRun.of(command, "--help");
            assertThat(run.exitCode()).as(command).isZero();
            assertThat(run.out()).startsWith("Usage: millrace " + command).contains("--log-format");
        }
    }

    @Test
    void a_missing_or_unknown_command_is_a_usage_error() {
        assertThat(CommandRun.of().exitCode()).isEqualTo(2);
        assertThat(CommandRun.of().err()).contains("Missing command");
        CommandRun unknown = CommandRun.of("vaildate");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("vaildate", "validate");
        assertThat(CommandRun.of("run").exitCode()).isEqualTo(2);
        CommandRun noTime = CommandRun.of("dev", "--for", "soon");
        assertThat(noTime.exitCode()).isEqualTo(2);
        assertThat(noTime.err()).contains("'soon' is not a duration such as 500ms, 30s, 5m, 1h or 7d");
    }

    @Test
    void version_names_what_matters_for_a_report() {
        CommandRun run = CommandRun.of("version");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("millrace ", "kafka-clients 4.", "java ");
        assertThat(CommandRun.of("--version").out()).isEqualTo(run.out());
    }

    @Test
    void a_job_file_that_is_not_there_is_named() {
        for (String command : new String[] {"validate", "explain", "run", "dev"}) {
            CommandRun run = CommandRun.of(command, "nowhere/job.yaml");
            assertThat(run.exitCode()).as(command).isEqualTo(78);
            assertThat(run.err())
                    .as(command)
                    .isEqualToNormalizingNewlines(
                            "millrace: cannot read the job nowhere/job.yaml: there is no such file\n");
        }
    }

    @Test
    void an_invalid_job_is_shown_with_its_place_and_exit_code_78() throws IOException {
        Path job = job(
                "job: x\nkafka: {bootstrap.servers: 'h:1'}\nsources: {s: {topic: t, format: string}}\nsteps:\n  - filtr: a\n");
        CommandRun run = CommandRun.of("validate", job.toString());
        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.out()).contains(job + ":5:5: error: ", "filtr", "did you mean 'filter'?");
        assertThat(run.out()).doesNotContain(": valid");
        assertThat(CommandRun.of("explain", job.toString()).exitCode()).isEqualTo(78);
        assertThat(CommandRun.of("explain", job.toString()).err()).contains(job + ":5:5: error: ");
    }

    @Test
    void problems_come_as_json_too() throws IOException {
        Path job = job("job: x\n");
        CommandRun run = CommandRun.of("validate", "--format", "json", job.toString());
        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.out()).startsWith("[").contains("\"severity\": \"error\"", "\"line\": 1");
        CommandRun valid = CommandRun.of("validate", "--format", "json", "../../examples/page-stats/job.yaml");
        assertThat(valid.exitCode()).isZero();
        assertThat(valid.out().strip()).isEqualTo("[]");
    }

    private Path job(String yaml) throws IOException {
        return Files.writeString(directory.resolve("job.yaml"), yaml);
    }
}
