package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each wrong job with the problems that are shown for it; {@code -Dgolden.update=true} writes them anew. */
final class GoldenTest {
    static Stream<Path> wrongJobs() {
        return Example.golden().stream();
    }

    @ParameterizedTest
    @MethodSource("wrongJobs")
    void a_wrong_job_is_told_what_is_wrong(Path file) throws IOException {
        String yaml = Example.read(file);
        String shown = shown(yaml);
        Path expected = Path.of(file.toString().replace(".yaml", ".txt"));
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(expected, shown);
        }
        assertThat(shown).isEqualTo(Example.read(expected));
    }

    @ParameterizedTest
    @MethodSource("wrongJobs")
    void no_words_of_the_yaml_library_and_no_secret_get_through(Path file) {
        assertThat(shown(Example.read(file)))
                .doesNotContain("snakeyaml")
                .doesNotContain("while parsing")
                .doesNotContain("while scanning")
                .doesNotContain("<block")
                .doesNotContain("hunter2");
    }

    @Test
    void there_are_enough_of_them() {
        assertThat(wrongJobs()).hasSizeGreaterThanOrEqualTo(45);
    }

    /** Errors and warnings as the command line shows them. */
    private static String shown(String yaml) {
        List<Problem> warnings = new ArrayList<>();
        try {
            JobReader.read("job.yaml", yaml, Example.ENVIRONMENT, warnings::add);
            return Problems.render(warnings, yaml);
        } catch (JobException e) {
            return e.render();
        }
    }
}
