package io.millrace.config;

import io.millrace.config.Shape.Fields;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the grammar is made of: forms that come several times, and short ways to write keys. */
final class Shapes {
    static final List<String> FORMATS = List.of("json", "avro", "string", "bytes");

    static final Duration MILLISECOND = Duration.ofMillis(1);
    /** Ten years: longer than any window or delay that is meant. */
    static final Duration TEN_YEARS = Duration.ofDays(3650);

    static final ScalarType NAME_TYPE = new ScalarType.Formed(
            "a name of letters, digits and _, not starting with a digit", "[A-Za-z_][A-Za-z0-9_]{0,99}", false);
    static final Shape.Scalar NAME = new Shape.Scalar(NAME_TYPE);
    static final Shape.Scalar JOB_NAME =
            formed("1 to 100 letters, digits, '.', '_' and '-'", "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,100}", true);
    static final Shape.Scalar TOPIC = formed(
            "a topic name: letters, digits, '.', '_' and '-', at most 249", "(?!\\.{1,2}$)[a-zA-Z0-9._-]{1,249}", true);
    static final Shape.Scalar STORE_NAME =
            formed("a name of small letters, digits and _, starting with a letter", "[a-z][a-z0-9_]{0,99}", false);
    static final Shape.Scalar ADDRESS = formed(
            "host:port, or :8080 for this machine only",
            "(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]*):([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])",
            false);
    static final Shape.Scalar COLUMN = free("a column");
    static final Shape.Scalar EXPRESSION = free("an expression");
    static final Shape.Scalar ANYTHING = new Shape.Scalar(new ScalarType.Free("a single value", true));
    static final Shape.Scalar PATH = free("a path");
    static final Shape.Scalar FORMAT = choice(FORMATS);
    static final Shape COLUMNS = new Shape.OneOrMany(COLUMN);
    static final Shape ASSIGNMENTS = named("a mapping of columns to expressions", EXPRESSION);

    private Shapes() {}

    static Shape.Key required(String name, Shape shape, String meaning) {
        return new Shape.Key(name, shape, true, null, meaning);
    }

    static Shape.Key optional(String name, Shape shape, @Nullable String value, String meaning) {
        return new Shape.Key(name, shape, false, value, meaning);
    }

    static Fields fields(String what, Shape.Key... keys) {
        return new Fields(what, "key", List.of(keys), List.of(), Map.of());
    }

    static Fields verbs(Shape.Key... keys) {
        List<String> names = Arrays.stream(keys).map(Shape.Key::name).toList();
        return new Fields("a mapping such as 'filter: amount > 10'", "step", List.of(keys), names, Map.of());
    }

    static Shape named(String what, Shape.Scalar value) {
        return new Shape.Named(what, value, List.of(), Map.of());
    }

    static Shape.Scalar free(String what) {
        return new Shape.Scalar(new ScalarType.Free(what, false));
    }

    static Shape.Scalar formed(String what, String pattern, boolean mayBeNumber) {
        return new Shape.Scalar(new ScalarType.Formed(what, pattern, mayBeNumber));
    }

    static Shape.Scalar choice(List<String> words) {
        return new Shape.Scalar(new ScalarType.Choice(words));
    }

    static Shape.Scalar duration(Duration least) {
        return new Shape.Scalar(new ScalarType.Lasting(least, TEN_YEARS, "s"));
    }
}
