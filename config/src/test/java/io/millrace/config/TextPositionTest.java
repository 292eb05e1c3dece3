package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TextPositionTest {
    private static final Environment ENVIRONMENT = Example.ENVIRONMENT;

    @Test
    void plain_text_is_where_it_is_written() {
        Text text = value("a: x >  10");
        assertThat(text).hasToString("x >  10");
        assertThat(text.at()).isEqualTo(position(1, 4));
        assertThat(text.length()).isEqualTo(7);
        assertPlaces(text, "x", 1, 4);
        assertPlaces(text, ">", 1, 6);
        assertPlaces(text, "10", 1, 9);
    }

    @Test
    void plain_text_over_several_lines_is_followed() {
        Text text = value("a: one\n   two\n\n     three");
        assertThat(text).hasToString("one two\nthree");
        assertPlaces(text, "one", 1, 4);
        assertPlaces(text, "two", 2, 4);
        assertPlaces(text, "three", 4, 6);
        assertThat(text.length()).isEqualTo(3);
    }

    @Test
    void single_quotes_are_skipped_and_doubled_ones_counted_once() {
        Text text = value("a: 'it''s x'");
        assertThat(text).hasToString("it's x");
        assertThat(text.at()).isEqualTo(position(1, 4));
        assertPlaces(text, "it", 1, 5);
        assertPlaces(text, "s", 1, 9);
        assertPlaces(text, "x", 1, 11);
        assertThat(text.at(6)).isEqualTo(position(1, 12));
        assertThat(text.length()).isEqualTo(9);
    }

    @Test
    void escapes_in_double_quotes_are_one_character() {
        Text text = value("a: \"\\t\\x41\\u0042\\U00000043 \\\"d\\\" \\\n   e\"");
        assertThat(text).hasToString("\tABC \"d\" e");
        assertPlaces(text, "\t", 1, 5);
        assertPlaces(text, "A", 1, 7);
        assertPlaces(text, "B", 1, 11);
        assertPlaces(text, "C", 1, 17);
        assertPlaces(text, "d", 1, 30);
        assertPlaces(text, "e", 2, 4);
    }

    @Test
    void quoted_text_over_several_lines_is_followed() {
        Text text = value("a: 'one\n  two\n\n  three'");
        assertThat(text).hasToString("one two\nthree");
        assertPlaces(text, "two", 2, 3);
        assertPlaces(text, "three", 4, 3);
    }

    @Test
    void literal_blocks_keep_their_lines() {
        Text text = value("a: |\n  one\n    two\n\n  three\nb: x");
        assertThat(text).hasToString("one\n  two\n\nthree\n");
        assertThat(text.at()).isEqualTo(position(1, 4));
        assertPlaces(text, "one", 2, 3);
        assertPlaces(text, "two", 3, 5);
        assertPlaces(text, "three", 5, 3);
    }

    @Test
    void folded_blocks_are_followed_through_their_lines() {
        Text text = value("a: >-   # comment\n\n  one\n  two\n\n  three\n    more\n  four\n");
        assertThat(text).hasToString("\none two\nthree\n  more\nfour");
        assertPlaces(text, "one", 3, 3);
        assertPlaces(text, "two", 4, 3);
        assertPlaces(text, "three", 6, 3);
        assertPlaces(text, "more", 7, 5);
        assertPlaces(text, "four", 8, 3);
    }

    @Test
    void blocks_with_an_indentation_of_their_own_are_followed() {
        Text text = value("a: |2\n    one\n  two\n");
        assertThat(text).hasToString("  one\ntwo\n");
        assertPlaces(text, "one", 2, 5);
        assertPlaces(text, "two", 3, 3);
    }

    @Test
    void what_a_variable_stands_for_is_where_the_variable_is() {
        Text text = value("a: x = '${USER_NAME}' AND y");
        assertThat(text).hasToString("x = 'ada' AND y");
        assertPlaces(text, "ada", 1, 9);
        assertPlaces(text, "da", 1, 9);
        assertPlaces(text, "'", 1, 8);
        assertPlaces(text, "AND", 1, 23);
        assertThat(text.length()).isEqualTo(24);
    }

    @Test
    void an_escaped_variable_is_text() {
        Text text = value("a: $${x} ${NONE:-b} c");
        assertThat(text).hasToString("${x} b c");
        assertPlaces(text, "x", 1, 7);
        assertPlaces(text, "b", 1, 10);
        assertPlaces(text, "c", 1, 21);
    }

    @Test
    void columns_count_characters_not_their_halves() {
        Text text = value("a: '\uD83D\uDE00 x'");
        assertThat(text.at(3)).isEqualTo(position(1, 7));
        assertThat(text.length()).isEqualTo(5);
    }

    @Test
    void windows_line_ends_are_one_break() {
        Text text = value("a: one\r\n   two\r\nb: x\r\n");
        assertThat(text).hasToString("one two");
        assertPlaces(text, "two", 2, 4);
    }

    @Test
    void a_text_with_an_anchor_starts_behind_it() {
        Text text = value("a: &x one");
        assertThat(text.at()).isEqualTo(position(1, 7));
        assertPlaces(text, "ne", 1, 8);
    }

    @Test
    void past_the_end_is_the_end() {
        assertThat(value("a: abc").at(99)).isEqualTo(position(1, 7));
    }

    @Test
    void every_character_of_random_texts_is_found_again() {
        long seed = 20260101;
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            String yaml = randomYaml(random);
            List<Problem> problems = new ArrayList<>();
            if (new YamlParser(new SourceText("f", yaml), ENVIRONMENT, problems).parse() instanceof Yaml.Mapping map
                    && map.entries().get(0).value() instanceof Yaml.Scalar scalar
                    && problems.isEmpty()) {
                assertFoundAgain(scalar.text(), yaml, "seed " + seed + ", round " + i + ": " + yaml);
            }
        }
    }

    private static void assertFoundAgain(ScalarText text, String yaml, String description) {
        for (int i = 0; i < text.value().length(); i++) {
            char c = text.value().charAt(i);
            if (Character.isLetter(c)) {
                assertThat(yaml.charAt(text.offset(i))).as(description).isEqualTo(c);
            }
            assertThat(text.offset(i + 1)).as(description).isGreaterThanOrEqualTo(text.offset(i));
        }
    }

    /** One key with a value of letters, spaces and line breaks in one of YAML's styles; not all of them are right. */
    private static String randomYaml(Random random) {
        String[] opening = {"", "'", "\"", "|\n", ">\n", "|-\n", ">+\n"};
        String start = opening[random.nextInt(opening.length)];
        String[] pieces = {"a", "bc", " ", "  ", "\n", "\n\n", "\n   ", "d", "e f", start.equals("'") ? "''" : "g"};
        StringBuilder out = new StringBuilder("k: ").append(start).append(start.length() > 1 ? " a" : "");
        for (int i = random.nextInt(12); i >= 0; i--) {
            out.append(pieces[random.nextInt(pieces.length)].replace("\n", "\n "));
        }
        return out.append(start.length() == 1 ? start : "\n").toString();
    }

    private static void assertPlaces(Text text, String part, int line, int column) {
        assertThat(text.at(text.value().indexOf(part))).as(part).isEqualTo(position(line, column));
    }

    private static Position position(int line, int column) {
        return new Position("f", line, column);
    }

    private static Text value(String yaml) {
        List<Problem> problems = new ArrayList<>();
        Yaml root = new YamlParser(new SourceText("f", yaml), ENVIRONMENT, problems).parse();
        assertThat(problems).isEmpty();
        return root instanceof Yaml.Mapping map && map.entries().get(0).value() instanceof Yaml.Scalar scalar
                ? scalar.text()
                : Text.of("not a scalar: " + root);
    }
}
