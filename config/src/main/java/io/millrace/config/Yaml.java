package io.millrace.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A YAML document as a tree that knows where everything stands. */
sealed interface Yaml {
    Span span();

    /** What it is called in messages. */
    String kind();

    /** How many values it consists of, each alias counted with all that it stands for. */
    int weight();

    /**
     * @param absent whether YAML reads it as no value: nothing at all, {@code ~}, {@code null}
     * @param broken whether its problem has been told already, so that the text means nothing
     */
    record Scalar(ScalarText text, boolean absent, boolean broken) implements Yaml {
        @Override
        public Span span() {
            return text.span();
        }

        @Override
        public String kind() {
            return "a single value";
        }

        @Override
        public int weight() {
            return 1;
        }
    }

    record Sequence(Span span, List<Yaml> items, int weight) implements Yaml {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** In the order of the file; no key comes twice. */
    record Mapping(Span span, List<Entry> entries, int weight) implements Yaml {
        @Override
        public String kind() {
            return "a mapping";
        }

        @Nullable
        Entry entry(String key) {
            for (Entry entry : entries) {
                if (entry.name().equals(key)) {
                    return entry;
                }
            }
            return null;
        }
    }

    record Entry(ScalarText key, Yaml value) {
        String name() {
            return key.value();
        }
    }
}
