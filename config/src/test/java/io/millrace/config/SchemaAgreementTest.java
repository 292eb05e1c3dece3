package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

final class SchemaAgreementTest {
    /** The written schema, read back: JSON is YAML. */
    private static final Object SCHEMA = Objects.requireNonNull(tree(JobSchema.json()));

    static Stream<Path> allJobs() {
        return Stream.concat(Example.golden().stream(), Example.right().stream());
    }

    @ParameterizedTest
    @MethodSource("allJobs")
    void schema_and_reader_find_the_same_jobs_wrong(Path file) {
        String yaml = Example.read(file);
        Object tree = treeOrNull(yaml);
        List<Problem> problems = new ArrayList<>();
        Yaml root = new YamlParser(new SourceText("job.yaml", yaml), Example.ENVIRONMENT, problems).parse();
        if (tree == null || root == null) {
            return; // Not YAML: there is nothing for a schema to judge.
        }
        boolean parserFoundErrors = !problems.isEmpty();
        ShapeCheck check = new ShapeCheck(problems);
        check.check(root);
        List<String> schemaErrors = SchemaChecker.errors(SCHEMA, tree);
        if (check.structuralCount() > 0) {
            assertThat(schemaErrors).as("the reader says %s", problems).isNotEmpty();
        } else if (!parserFoundErrors) {
            assertThat(schemaErrors).as("the reader has no objection").isEmpty();
        }
    }

    @Test
    void the_schema_is_a_2020_12_schema_of_an_object() {
        assertThat(SCHEMA)
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("$schema", "https://json-schema.org/draft/2020-12/schema")
                .containsEntry("type", "object")
                .containsEntry("required", List.of("job", "kafka", "sources", "steps"));
    }

    @Test
    void every_key_of_the_schema_is_described() {
        List<String> undescribed = new ArrayList<>();
        collectUndescribed(SCHEMA, "", undescribed);
        assertThat(undescribed).isEmpty();
    }

    @Test
    void every_default_is_a_value_that_its_key_accepts() {
        for (Shape.Fields fields : List.of(
                JobGrammar.JOB,
                JobGrammar.SOURCE,
                JobGrammar.WATERMARK,
                StepGrammar.WINDOW,
                StepGrammar.AGGREGATE,
                StepGrammar.LATE,
                StepGrammar.DEDUPE,
                StepGrammar.TOP,
                JobGrammar.SINK,
                JobGrammar.ERRORS,
                JobGrammar.STATE,
                JobGrammar.RUNTIME)) {
            for (Shape.Key key : fields.keys()) {
                String value = key.value();
                Shape shape = key.shape() instanceof Shape.Either either ? either.scalar() : key.shape();
                if (value != null) {
                    ScalarType type = ((Shape.Scalar) shape).type();
                    assertThat(type.fault(Text.of(value))).as(key.name()).isNull();
                }
            }
        }
    }

    @Test
    void the_reference_has_a_row_for_every_key() {
        String markdown = JobReference.markdown();
        assertThat(markdown)
                .contains("| `job` | 1 to 100 letters, digits, '.', '_' and '-' | required | Names the job")
                .contains("| `checkpoint.interval` | a duration | `100ms` |")
                .contains("| `filter` | an expression |  | Keeps the rows");
        assertThat(markdown.lines().filter(line -> line.startsWith("| `")).count())
                .isEqualTo(Stream.of(
                                JobGrammar.JOB,
                                JobGrammar.SOURCE,
                                JobGrammar.WATERMARK,
                                StepGrammar.STEP,
                                StepGrammar.AGGREGATE,
                                StepGrammar.WINDOW,
                                StepGrammar.EARLY,
                                StepGrammar.LATE,
                                StepGrammar.DEDUPE,
                                StepGrammar.TOP,
                                StepGrammar.PROCESS,
                                StepGrammar.BRANCH,
                                JobGrammar.SINK,
                                JobGrammar.ERRORS,
                                JobGrammar.RUNTIME,
                                JobGrammar.STATE,
                                JobGrammar.ADMIN)
                        .mapToLong(fields -> fields.keys().size())
                        .sum());
    }

    private static void collectUndescribed(Object schema, String path, List<String> found) {
        if (schema instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if (key.equals("properties")) {
                    ((Map<?, ?>) value).forEach((name, inner) -> {
                        if (!((Map<?, ?>) inner).containsKey("description")) {
                            found.add(path + "/" + name);
                        }
                    });
                }
                collectUndescribed(value, path + "/" + key, found);
            });
        } else if (schema instanceof List<?> list) {
            list.forEach(item -> collectUndescribed(item, path, found));
        }
    }

    private static @Nullable Object treeOrNull(String yaml) {
        try {
            return tree(yaml);
        } catch (YamlEngineException e) {
            return null;
        }
    }

    private static @Nullable Object tree(String yaml) {
        return new Load(LoadSettings.builder().setAllowDuplicateKeys(true).build()).loadFromString(yaml);
    }
}
