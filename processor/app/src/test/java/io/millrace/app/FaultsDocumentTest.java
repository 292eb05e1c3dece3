package io.millrace.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/faults.md says which test proves what; the tests must be there, and no case may be without one. */
class FaultsDocumentTest {
    private static final Path ROOT = Path.of("../..");
    private static final int CASES = 35;
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([0-9, ]*)\\|(.*)\\|$");

    @Test
    void every_test_that_is_named_is_there() throws IOException {
        Map<String, String> tests = tests();
        Set<String> absent = new TreeSet<>();
        Matcher named = NAME.matcher(document());
        int count = 0;
        while (named.find()) {
            count++;
            String source = tests.get(named.group(1));
            String method = named.group(2);
            if (source == null || (method != null && !source.contains("void " + method + "("))) {
                absent.add(named.group());
            }
        }
        assertThat(count).isGreaterThan(CASES);
        assertThat(absent).isEmpty();
    }

    @Test
    void every_case_has_a_test() throws IOException {
        Set<Integer> proven = new TreeSet<>();
        Matcher row = ROW.matcher(document());
        while (row.find()) {
            if (NAME.matcher(row.group(2)).find()) {
                Stream.of(row.group(1).split(","))
                        .map(String::trim)
                        .filter(number -> !number.isEmpty())
                        .map(Integer::valueOf)
                        .forEach(proven::add);
            }
        }
        assertThat(proven)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, CASES).boxed().toList());
    }

    private static String document() throws IOException {
        return Files.readString(ROOT.resolve("docs/faults.md"));
    }

    /** The sources of all test classes, by simple name. */
    private static Map<String, String> tests() throws IOException {
        Map<String, String> tests = new HashMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : files.filter(path -> path.toString().contains("/src/test/java/"))
                    .filter(path -> path.toString().matches(".*(Test|IT)\\.java"))
                    .collect(Collectors.toList())) {
                // Two classes in different modules may have one name.
                tests.merge(file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
            }
        }
        return tests;
    }
}
