package io.millrace.api;

import io.millrace.serde.RowType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Processor} emits and needs. Immutable.
 *
 * @param output the columns of the rows it emits
 * @param sides the columns of its side outputs, by their names
 * @param needsKey whether the step must have {@code by}
 * @param takesUpdates whether its input may be a stream of updates
 * @param configKeys the keys that its configuration may have; null if any
 */
public record Declaration(
        RowType output,
        Map<String, RowType> sides,
        boolean needsKey,
        boolean takesUpdates,
        @Nullable List<String> configKeys) {
    public Declaration {
        sides = Collections.unmodifiableMap(new LinkedHashMap<>(sides));
        configKeys = configKeys == null ? null : List.copyOf(configKeys);
    }

    /** Rows with these columns, no side outputs; works with and without {@code by}, takes no updates and any configuration. */
    public static Declaration of(RowType output) {
        return new Declaration(output, Map.of(), false, false, null);
    }

    /** The same with a further way out, which the step connects under {@code outputs}. @throws IllegalArgumentException if it has one of this name */
    public Declaration withSide(String name, RowType columns) {
        Map<String, RowType> more = new LinkedHashMap<>(sides);
        if (name.isEmpty() || more.put(name, columns) != null) {
            throw new IllegalArgumentException(
                    name.isEmpty() ? "a side output needs a name" : "two side outputs are named \"" + name + "\"");
        }
        return new Declaration(output, more, needsKey, takesUpdates, configKeys);
    }

    /** The same for a class that uses state or timers: a step without {@code by} is then an error before the job starts. */
    public Declaration keyed() {
        return new Declaration(output, sides, true, takesUpdates, configKeys);
    }

    /**
     * The same for a class that looks at {@link RowView#kind}: by default its input must be rows of their own, and a stream of updates is an error before
     * the job starts. What it emits are always rows of their own.
     */
    public Declaration acceptingUpdates() {
        return new Declaration(output, sides, needsKey, true, configKeys);
    }

    /** The same with all the keys that the configuration may have: another is then an error before the job starts. */
    public Declaration configuredBy(String... keys) {
        return new Declaration(output, sides, needsKey, takesUpdates, List.of(keys));
    }
}
