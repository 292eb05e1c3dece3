package io.millrace.app.test;

import io.millrace.app.job.JobFile;
import io.millrace.app.job.UnreadableJobException;
import io.millrace.config.Environment;
import io.millrace.config.TestCase;
import io.millrace.config.TestReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A file with tests: the job's own, or one beside it. */
public record TestFile(Path path, String text, List<TestCase> tests) {
    private static final String ENDING = ".test.yaml";

    public TestFile {
        tests = List.copyOf(tests);
    }

    /**
     * @throws UnreadableJobException if it cannot be read
     * @throws io.millrace.config.JobException with everything that is wrong with how its tests are written
     */
    public static TestFile of(Path path) {
        return in(JobFile.of(path));
    }

    private static TestFile in(JobFile file) {
        return new TestFile(
                Path.of(file.name()),
                file.text(),
                TestReader.read(file.name(), file.text(), Environment.ofProcess(Path.of(""))));
    }

    /** The job's file and those beside it that are named after it: {@code x.test.yaml} and {@code x.late.test.yaml} for {@code x.yaml}. */
    public static List<TestFile> of(JobFile job) {
        Path path = Path.of(job.name());
        List<TestFile> files = new ArrayList<>(List.of(in(job)));
        String stem = String.valueOf(path.getFileName()).replaceFirst("\\.ya?ml$", "");
        Path parent = path.toAbsolutePath().getParent();
        try (Stream<Path> beside = Files.list(parent == null ? Path.of("") : parent)) {
            beside.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith(stem + ".") && name.endsWith(ENDING))
                    .sorted()
                    .forEach(name -> files.add(of(path.resolveSibling(name))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }
}
