package io.millrace.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The form of a part of a job. The reader checks by it, and the JSON Schema and the reference are written from it. */
sealed interface Shape {
    /** In messages and in the reference: {@code a list of columns}. */
    String what();

    /** One value. */
    record Scalar(ScalarType type) implements Shape {
        @Override
        public String what() {
            return type.what();
        }
    }

    /** At least one item. */
    record ListOf(Shape item) implements Shape {
        @Override
        public String what() {
            return "a list";
        }
    }

    /** One value or a list of at least one. */
    record OneOrMany(Scalar item) implements Shape {
        @Override
        public String what() {
            return item.what() + " or a list of them";
        }
    }

    /** One value or a mapping. */
    record Either(Scalar scalar, Fields fields) implements Shape {
        @Override
        public String what() {
            String words = scalar.type() instanceof ScalarType.Choice choice
                    ? String.join(", ", choice.words())
                    : scalar.what();
            return words + " or " + fields.what();
        }
    }

    /**
     * A mapping of at least one entry whose keys the job's author chooses.
     *
     * @param what in messages: {@code a mapping of columns to expressions}
     * @param known keys with a meaning of their own
     * @param forbidden keys that cannot be, with the reason
     */
    record Named(String what, Scalar value, List<Key> known, Map<String, String> forbidden) implements Shape {}

    /** A mapping that others read: nothing in it is checked. */
    record Open(String what) implements Shape {}

    /** A mapping whose keys name mappings; at least one. */
    record Sections(String what, ScalarType names, Fields fields) implements Shape {}

    /**
     * A mapping with fixed keys.
     *
     * @param word what a key is called in messages: {@code key} or {@code step}
     * @param exactlyOneOf of these keys exactly one must be there; empty for no such rule
     * @param needs key to others of which one must then be there
     */
    record Fields(String what, String word, List<Key> keys, List<String> exactlyOneOf, Map<String, List<String>> needs)
            implements Shape {
        List<String> names() {
            return keys.stream().map(Key::name).toList();
        }

        /** Whether the mapping has a single entry, which is one of {@link #exactlyOneOf}. */
        boolean single() {
            return exactlyOneOf.size() == keys.size();
        }

        @Nullable
        Key key(String name) {
            return keys.stream()
                    .filter(key -> key.name().equals(name))
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * @param value the default as it would be written, or null for none or for one that only the meaning describes
     * @param meaning one sentence
     */
    record Key(
            String name,
            Shape shape,
            boolean required,
            @Nullable String value,
            String meaning) {}
}
