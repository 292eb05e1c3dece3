package io.millrace.app.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.app.job.JobFile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DevSessionIT {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void the_example_counts_every_sample_click_exactly() throws Exception {
        assertThat(session("page-stats", true, Duration.ofSeconds(6)).run())
                .as(shown())
                .isTrue();
        assertThat(shown())
                .contains("a minute passes each second", "page.stats.1m  {", "watermark 2026-01-01T00:")
                .containsPattern("counted [1-9][0-9,]+ clicks in [1-9][0-9]* windows: all exact")
                .containsPattern("[1-9][0-9,]+ records in of [0-9,]+ sent, [1-9][0-9,]+ results out, [0-9]+ late");
    }

    @Test
    void a_job_without_sample_data_says_so_and_ends() throws Exception {
        assertThat(session("running-total", false, Duration.ofSeconds(2)).run())
                .as(shown())
                .isTrue();
        assertThat(shown())
                .contains(
                        "no sample data: the job reads no topic 'clicks'",
                        "it ends by itself after 2 s",
                        "0 results out");
    }

    private DevSession session(String example, boolean checked, Duration limit) throws Exception {
        String text = Files.readString(Path.of("../../examples", example, "job.yaml"));
        JobFile file = new JobFile(example + "/job.yaml", text);
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        return new DevSession(file, file.read(warning -> {}), checked, limit, false, out, false);
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
