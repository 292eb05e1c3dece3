package io.millrace.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Expected texts in files. With {@code -Dgolden.write=true} the files are written instead of compared; read the diff then. */
final class Golden {
    private static final boolean WRITE = Boolean.getBoolean("golden.write");

    private Golden() {}

    static void check(Path expected, String actual) throws IOException {
        if (WRITE) {
            Files.writeString(expected, actual);
        }
        assertThat(expected).exists();
        assertThat(actual).isEqualTo(Files.readString(expected));
    }

    /** The YAML files of a directory of the test resources, without their ending. */
    static List<Path> cases(String directory) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources").resolve(directory))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    static Path expectedOf(Path yaml, String ending) {
        String name = yaml.getFileName().toString();
        return yaml.resolveSibling(name.substring(0, name.length() - ".yaml".length()) + ending);
    }
}
