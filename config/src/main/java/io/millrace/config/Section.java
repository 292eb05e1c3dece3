package io.millrace.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a checked mapping. What the check refused counts as not there; then the default of the grammar stands in, or a placeholder,
 * so that the rest can still be read and its problems found. Nothing of that is kept, since the check has reported an error.
 */
final class Section {
    private final Shape.Fields shape;
    private final Yaml.@Nullable Mapping map;
    private final Span at;
    private final ShapeCheck check;

    /** @param at where what is not written is said to stand */
    Section(Shape.Fields shape, @Nullable Yaml value, Span at, ShapeCheck check) {
        this.shape = shape;
        this.map = value instanceof Yaml.Mapping mapping ? mapping : null;
        this.at = at;
        this.check = check;
    }

    /** Whether the key is written, however wrongly. */
    boolean has(String key) {
        return entry(key) != null;
    }

    /** Where the key is written, or else the section itself. */
    Span keySpan(String key) {
        Yaml.Entry entry = entry(key);
        return entry == null ? at : entry.key().span();
    }

    Span valueSpan(String key) {
        Yaml.Entry entry = entry(key);
        return entry == null ? at : entry.value().span();
    }

    /** The value if it is written and right. */
    @Nullable
    Yaml value(String key) {
        Yaml.Entry entry = entry(key);
        return entry == null || check.isBad(entry.value()) ? null : entry.value();
    }

    /** The text as written, or the default, or null. */
    @Nullable
    ScalarText textOrNull(String key) {
        if (value(key) instanceof Yaml.Scalar scalar) {
            return scalar.text();
        }
        String standard = has(key) ? null : standard(key);
        return standard == null ? null : ScalarText.standingFor(standard, at);
    }

    /** As {@link #textOrNull}, with a placeholder in place of null. */
    ScalarText text(String key) {
        ScalarText text = textOrNull(key);
        return text == null ? ScalarText.standingFor("?", at) : text;
    }

    /** Null if absent without a default, or wrong. */
    @Nullable
    Duration duration(String key) {
        ScalarText text = textOrNull(key);
        return text == null ? null : Durations.parse(text.value());
    }

    Duration durationOrZero(String key) {
        Duration duration = duration(key);
        return duration == null ? Duration.ZERO : duration;
    }

    long sizeBytes(String key) {
        Long sizeBytes = Sizes.parse(text(key).value());
        return sizeBytes == null ? 0 : sizeBytes;
    }

    /** The items of a list, or the one value. */
    List<Text> texts(String key) {
        Yaml value = value(key);
        List<Text> texts = new ArrayList<>();
        if (value instanceof Yaml.Sequence list) {
            for (Yaml item : list.items()) {
                if (item instanceof Yaml.Scalar scalar && !check.isBad(item)) {
                    texts.add(scalar.text());
                }
            }
        } else if (value instanceof Yaml.Scalar scalar) {
            texts.add(scalar.text());
        }
        return List.copyOf(texts);
    }

    /** Key to text, in the order of the file. */
    Map<Text, Text> named(String key) {
        Map<Text, Text> named = new LinkedHashMap<>();
        for (Yaml.Entry entry : entries(key)) {
            if (entry.value() instanceof Yaml.Scalar scalar && !check.isBad(scalar)) {
                named.put(entry.key(), scalar.text());
            }
        }
        return Collections.unmodifiableMap(named);
    }

    List<Yaml.Entry> entries(String key) {
        Yaml.Entry entry = entry(key);
        return entry != null && entry.value() instanceof Yaml.Mapping mapping ? mapping.entries() : List.of();
    }

    List<Yaml> items(String key) {
        Yaml.Entry entry = entry(key);
        return entry != null && entry.value() instanceof Yaml.Sequence list ? list.items() : List.of();
    }

    Section section(String key, Shape.Fields inner) {
        Yaml.Entry entry = entry(key);
        return new Section(inner, entry == null ? null : entry.value(), keySpan(key), check);
    }

    private Yaml.@Nullable Entry entry(String key) {
        return map == null ? null : map.entry(key);
    }

    private @Nullable String standard(String key) {
        Shape.Key known = shape.key(key);
        if (known == null) {
            throw new IllegalStateException("the grammar has no key '" + key + "' here");
        }
        return known.value();
    }
}
