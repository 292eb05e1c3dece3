package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DidYouMeanTest {
    private static final List<String> WORDS =
            List.of("from", "filter", "set", "drop", "map", "as", "aggregate", "to", "tumbling", "bootstrap.servers");

    @ParameterizedTest
    @CsvSource({
        "agregate, aggregate",
        "form, from",
        "FILTER, filter",
        "tumble, tumbling",
        "agg, aggregate",
        "ot, to",
        "filtr, filter",
        "bootstrap.server, bootstrap.servers"
    })
    void near_words_are_suggested(String word, String meant) {
        assertThat(DidYouMean.closest(word, WORDS)).isEqualTo(meant);
        assertThat(DidYouMean.hint(word, WORDS)).isEqualTo("did you mean '" + meant + "'?");
    }

    @ParameterizedTest
    @CsvSource({"frobnicate", "x", "join", "window"})
    void far_words_are_not(String word) {
        assertThat(DidYouMean.hint(word, WORDS)).isNull();
    }

    @Test
    void a_swapped_pair_is_one_edit() {
        assertThat(DidYouMean.distance("form", "from")).isEqualTo(1);
        assertThat(DidYouMean.distance("", "abc")).isEqualTo(3);
        assertThat(DidYouMean.distance("kitten", "sitting")).isEqualTo(3);
    }
}
