package io.millrace.engine.operator;

import io.millrace.serde.Row;

/** Where an operator's rows go: the operators behind it, at once. */
public interface Output {
    void emit(Row row);

    /**
     * A second way out, to the operators that read it.
     *
     * @throws IllegalStateException if the operator's node has none of this name
     */
    default Output side(String name) {
        throw new IllegalStateException("there is no side output " + name);
    }

    /**
     * Whether the open transaction has reached its bound. {@link Operator#advance} must look before each row that it emits and stop
     * when full; {@code process} and {@code flush} may ignore it.
     */
    boolean isFull();
}
