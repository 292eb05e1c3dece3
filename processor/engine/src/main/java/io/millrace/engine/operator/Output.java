package io.millrace.engine.operator;

import io.millrace.serde.Row;

/** Where an operator's rows go: the operators behind it, at once. */
public interface Output {
    void emit(Row row);

    /**
     * Whether the open transaction has reached its bound. {@link Operator#advance} must look before each row that it emits and stop
     * when full; {@code process} and {@code flush} may ignore it.
     */
    boolean isFull();
}
