package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class YamlParserTest {
    @Test
    void a_file_that_is_too_large_is_not_parsed() {
        List<Problem> problems = new ArrayList<>();
        String yaml = "#".repeat(YamlParser.MAX_CHARACTERS + 1);
        assertThat(parse(yaml, problems)).isNull();
        assertThat(problems.get(0).message()).isEqualTo("the file is larger than 1000000 characters");
    }

    @Test
    void a_file_of_the_largest_size_is_parsed() {
        List<Problem> problems = new ArrayList<>();
        String yaml = "a: b\n";
        assertThat(parse(yaml + "#".repeat(YamlParser.MAX_CHARACTERS - yaml.length()), problems))
                .isNotNull();
        assertThat(problems).isEmpty();
    }

    @Test
    void an_alias_stands_for_the_value_of_its_anchor() {
        List<Problem> problems = new ArrayList<>();
        Yaml.Mapping map = (Yaml.Mapping) parse("a: &x {b: c}\nd: *x\n", problems);
        assertThat(problems).isEmpty();
        assertThat(map).isNotNull();
        assertThat(map.entries().get(1).value()).isSameAs(map.entries().get(0).value());
    }

    @Test
    void a_byte_order_mark_is_ignored() {
        assertThat(Example.job("\uFEFF" + Example.right("smallest.yaml")).name().value())
                .isEqualTo("copy");
    }

    @Test
    void a_job_may_be_json() {
        String json = """
                {"job": "copy", "kafka": {"bootstrap.servers": "b:9092"},
                 "sources": {"a": {"topic": "a", "format": "avro"}},
                 "steps": [{"to": "b"}], "sinks": {"b": {"topic": "b"}}}
                """;
        assertThat(Example.job(json).sinks()).hasSize(1);
    }

    @Test
    void no_damage_to_a_right_job_makes_the_reader_stumble() {
        long seed = 42;
        Random random = new Random(seed);
        String right = Example.right("page-stats.yaml");
        String junk = "{}[]()'\"*&!|>%@`:,-#? \t\n$\\x\u0000\uD83D";
        for (int i = 0; i < 3_000; i++) {
            StringBuilder yaml = new StringBuilder(right);
            for (int edits = random.nextInt(4); edits >= 0; edits--) {
                int at = random.nextInt(yaml.length());
                char c = junk.charAt(random.nextInt(junk.length()));
                switch (random.nextInt(3)) {
                    case 0 -> yaml.setCharAt(at, c);
                    case 1 -> yaml.insert(at, c);
                    default -> yaml.deleteCharAt(at);
                }
            }
            String damaged = yaml.toString();
            assertThatCode(() -> read(damaged)).as("seed %d, round %d", seed, i).doesNotThrowAnyException();
        }
    }

    private static void read(String yaml) {
        try {
            Example.job(yaml);
        } catch (JobException e) {
            assertThat(e.render()).doesNotContain("while scanning", "while parsing", "<block", "hunter2");
            assertThat(e.problems())
                    .allSatisfy(problem -> assertThat(problem.at().line()).isPositive());
        }
    }

    private static @Nullable Yaml parse(String yaml, List<Problem> problems) {
        return new YamlParser(new SourceText("job.yaml", yaml), Example.ENVIRONMENT, problems).parse();
    }
}
