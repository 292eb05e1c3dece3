package io.millrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a job file may refer to outside of itself, and what its defaults depend on. */
public interface Environment {
    /** The most characters that {@code ${file:…}} reads. */
    int MAX_FILE_BYTES = 1_000_000;

    /** The variable behind {@code ${NAME}}, or null if there is none. */
    @Nullable
    String variable(String name);

    /** The whole text behind {@code ${file:path}}; one line break at its end is cut off by the caller. */
    String file(Path path) throws IOException;

    /** The default of {@code runtime.workers}, at least 1. */
    int cores();

    /** What relative paths of the job start from; the default of {@code state.dir} is {@code .millrace} below it. */
    Path workingDirectory();

    /** The environment of this process. */
    static Environment ofProcess(Path workingDirectory) {
        return new Environment() {
            @Override
            public @Nullable String variable(String name) {
                return System.getenv(name);
            }

            @Override
            public String file(Path path) throws IOException {
                Path file = workingDirectory.resolve(path);
                if (Files.size(file) > MAX_FILE_BYTES) {
                    throw new IOException("it is larger than " + MAX_FILE_BYTES + " bytes");
                }
                return Files.readString(file);
            }

            @Override
            public int cores() {
                return java.lang.Runtime.getRuntime().availableProcessors();
            }

            @Override
            public Path workingDirectory() {
                return workingDirectory;
            }
        };
    }
}
