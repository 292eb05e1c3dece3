package io.millrace.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads job files. Without state, from any thread. */
public final class JobReader {
    private JobReader() {}

    /** As {@link #read(String, String, Environment, Consumer)}, for callers that show no warnings. */
    public static JobSpec read(String fileName, String yaml, Environment environment) {
        return read(fileName, yaml, environment, warning -> {});
    }

    /**
     * The job that the text describes, with its variables and defaults filled in.
     *
     * @param fileName what the file is called in problems
     * @param warnings takes the warnings of a job without errors, by position
     * @throws JobException with every error of the file, and its warnings
     */
    public static JobSpec read(String fileName, String yaml, Environment environment, Consumer<Problem> warnings) {
        String text = yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml;
        List<Problem> problems = new ArrayList<>();
        Yaml root = new YamlParser(new SourceText(fileName, text), environment, problems).parse();
        JobSpec job = root == null ? null : job(root, environment, problems);
        if (job == null || problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            throw new JobException(problems, text);
        }
        Problems.sorted(problems).forEach(warnings);
        return job;
    }

    private static @Nullable JobSpec job(Yaml root, Environment environment, List<Problem> problems) {
        ShapeCheck check = new ShapeCheck(problems);
        check.check(root);
        return root instanceof Yaml.Mapping ? new JobAssembler(check, environment, problems).assemble(root) : null;
    }
}
