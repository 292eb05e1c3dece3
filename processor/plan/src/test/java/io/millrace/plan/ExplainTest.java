package io.millrace.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each job in {@code plans/} is explained as in the file beside it. */
final class ExplainTest {
    private static final Path EXAMPLE = Path.of("src/test/resources/plans/page-stats.yaml");

    static List<Path> jobs() throws IOException {
        return Golden.cases("plans");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jobs")
    void a_plan_is_explained_as_expected(Path yaml) throws IOException {
        Golden.check(Golden.expectedOf(yaml, ".txt"), Explain.text(Jobs.plan(Files.readString(yaml))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"page-stats", "union-of-sources", "custom-code"})
    void the_same_facts_are_there_for_programs(String name) throws IOException {
        Path yaml = EXAMPLE.resolveSibling(name + ".yaml");

        Golden.check(Golden.expectedOf(yaml, ".json"), Explain.json(Jobs.plan(Files.readString(yaml))));
    }

    @Test
    void the_example_fits_on_a_screen() throws IOException {
        List<String> lines =
                Explain.text(Jobs.plan(Files.readString(EXAMPLE))).lines().toList();

        assertThat(lines)
                .hasSizeLessThanOrEqualTo(40)
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
    }

    @Test
    void planning_twice_gives_the_same() throws IOException {
        String yaml = Files.readString(EXAMPLE);

        assertThat(Explain.json(Jobs.plan(yaml))).isEqualTo(Explain.json(Jobs.plan(yaml)));
    }
}
