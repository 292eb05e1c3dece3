package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The tables in docs/job-reference.md are those of the grammar; {@code -Dgolden.update=true} writes them anew. */
final class JobReferenceDocTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("basedir", "."), "..", "docs", "job-reference.md");
    /** What stands above this line is written by hand. */
    private static final String MARK = "<!-- generated from here to the end -->\n\n";

    @Test
    void the_tables_are_those_of_the_grammar() throws IOException {
        String text = Example.read(DOCUMENT);
        int tables = text.indexOf(MARK) + MARK.length();
        assertThat(tables).as("where the tables start").isGreaterThan(MARK.length());
        if (Boolean.getBoolean("golden.update")) {
            text = text.substring(0, tables) + JobReference.markdown();
            Files.writeString(DOCUMENT, text);
        }
        assertThat(text.substring(tables))
                .as("docs/job-reference.md; to mend it: ./mvnw -pl config test -Dtest=JobReferenceDocTest"
                        + " -Dgolden.update=true")
                .isEqualTo(JobReference.markdown());
    }
}
