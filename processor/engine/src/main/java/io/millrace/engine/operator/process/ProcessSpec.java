package io.millrace.engine.operator.process;

import io.millrace.api.Configuration;
import io.millrace.api.Declaration;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import java.util.List;
import java.util.Set;

/**
 * A step of custom code.
 *
 * @param name the step's name, and the name of its store if it has keys
 * @param className the class, for messages
 * @param input the columns of the rows that come in
 * @param by the places of the key columns in {@code input}; empty for a step without keys, which then needs no store
 * @param declaration what the class said about itself for this input and configuration
 * @param connected the side outputs that somebody reads; rows for the others are dropped
 */
public record ProcessSpec(
        String name,
        String className,
        RowType input,
        List<Integer> by,
        Configuration config,
        Declaration declaration,
        Set<String> connected) {
    public ProcessSpec {
        by = List.copyOf(by);
        connected = Set.copyOf(connected);
        if (declaration.needsKey() && by.isEmpty()) {
            throw new IllegalArgumentException(name + ": " + className + " needs a key, but the step has no by");
        }
        for (String side : connected) {
            if (!declaration.sides().containsKey(side)) {
                throw new IllegalArgumentException(name + ": " + className + " has no side output " + side);
            }
        }
    }

    boolean isKeyed() {
        return !by.isEmpty();
    }

    /** The columns of the key, in the order of {@link #by}. @throws IllegalArgumentException if {@code by} names a column twice */
    RowType key() {
        return new RowType(by.stream().map(input::column).toList());
    }

    /** @throws IllegalArgumentException if a key column has no order */
    KeyCodec keyCodec() {
        return new KeyCodec(key());
    }
}
