package io.millrace.plan;

import io.millrace.engine.operator.OperatorFactory;
import io.millrace.serde.RowType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Custom code that is ready for a step.
 *
 * @param output the columns that it gives; its rows never replace each other
 * @param sides the columns of its side outputs, by their names
 * @param takesUpdates whether it understands rows that replace or take back earlier ones
 * @param configKeys the keys that the step's configuration may have; null if any
 * @param operator takes rows of all columns of the step's input, keeps its state in a store of the step's name if the step has a
 *     {@code by}, and gives to those side outputs only that the step names
 */
public record ProcessDefinition(
        RowType output,
        Map<String, RowType> sides,
        boolean takesUpdates,
        @Nullable List<String> configKeys,
        OperatorFactory operator) {
    public ProcessDefinition {
        sides = Collections.unmodifiableMap(new LinkedHashMap<>(sides));
        configKeys = configKeys == null ? null : List.copyOf(configKeys);
    }
}
