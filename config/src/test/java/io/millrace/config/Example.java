package io.millrace.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The job files of the tests, and the environment in which they are read. */
final class Example {
    /** The sources rather than the copy that was built, so that an update can be written back. */
    private static final Path RESOURCES = Path.of(System.getProperty("basedir", "."), "src/test/resources");

    static final Environment ENVIRONMENT = new Environment() {
        private final Map<String, String> variables = Map.of("USER_NAME", "ada", "EMPTY", "", "LAG", "soon");

        @Override
        public @Nullable String variable(String name) {
            return variables.get(name);
        }

        @Override
        public String file(Path path) throws IOException {
            if (path.equals(Path.of("/run/secrets/jaas"))) {
                return "org.acme.Login required password=\"hunter2\";\n";
            }
            throw new NoSuchFileException(path.toString());
        }

        @Override
        public int cores() {
            return 3;
        }

        @Override
        public Path workingDirectory() {
            return Path.of("/jobs/here");
        }
    };

    private Example() {}

    static String right(String name) {
        return read(RESOURCES.resolve("right").resolve(name));
    }

    static JobSpec job(String yaml) {
        return JobReader.read("job.yaml", yaml, ENVIRONMENT);
    }

    /** A job whose steps these are, each line of them as it would stand in the list. */
    static JobSpec jobWithSteps(String... steps) {
        return job("""
                job: x
                kafka: {bootstrap.servers: "localhost:9092"}
                sources: {a: {topic: a, format: avro}}
                steps:
                """ + String.join("\n", steps) + "\n  - to: z\nsinks: {z: {topic: z}}\n");
    }

    static List<Path> golden() {
        return yamlIn("golden");
    }

    static List<Path> right() {
        return yamlIn("right");
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> yamlIn(String folder) {
        try (Stream<Path> files = Files.list(RESOURCES.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
