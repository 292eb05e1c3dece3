package io.millrace.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.config.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each job in {@code problems/} is wrong, and the file beside it shows how that is said. */
final class PlanProblemsTest {
    static List<Path> jobs() throws IOException {
        return Golden.cases("problems");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jobs")
    void every_mistake_is_shown_at_its_place(Path yaml) throws IOException {
        String text = Files.readString(yaml);
        PlanException thrown = catchThrowableOfType(PlanException.class, () -> Jobs.plan(text));

        assertThat(thrown).isNotNull();
        Golden.check(Golden.expectedOf(yaml, ".txt"), thrown.in(text).render());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("jobs")
    void no_message_is_another_library_s(Path yaml) throws IOException {
        PlanException thrown = catchThrowableOfType(PlanException.class, () -> Jobs.plan(Files.readString(yaml)));

        assertThat(thrown.problems())
                .extracting(Problem::message)
                .allSatisfy(message -> assertThat(message)
                        .doesNotContain("VARCHAR", "INTEGER", "calcite", "Encountered", "Supported form", "Exception"));
    }

    @Test
    void without_a_catalog_of_classes_custom_code_is_a_problem() {
        PlanException thrown =
                catchThrowableOfType(PlanException.class, () -> Planner.plan(Jobs.read("""
                        job: j
                        kafka: {bootstrap.servers: b:9092}
                        sources:
                          lines: {topic: lines, format: string}
                        steps:
                          - process: {name: split, class: shop.Splitter}
                          - to: out
                        sinks:
                          out: {topic: out, format: string}
                        """), SchemaCatalog.none()));

        assertThat(thrown).hasMessage("job.yaml:6:35: class 'shop.Splitter' cannot be loaded here");
    }

    @Test
    void the_first_problem_is_the_exception_s_message() {
        PlanException thrown = catchThrowableOfType(PlanException.class, () -> Jobs.plan("""
                        job: j
                        kafka: {bootstrap.servers: b:9092}
                        sources:
                          lines: {topic: lines, format: string}
                        steps:
                          - filter: vale = 'x'
                          - to: out
                        sinks:
                          out: {topic: out, format: string}
                        """));

        assertThat(thrown).hasMessage("job.yaml:6:13: no column 'vale' in lines");
    }
}
