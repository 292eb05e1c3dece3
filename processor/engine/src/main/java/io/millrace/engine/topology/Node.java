package io.millrace.engine.topology;

import io.millrace.engine.operator.OperatorFactory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An operator in a stage.
 *
 * @param name the step's name, or its verb with a number
 * @param description one line for {@code explain}: what it does, with its expressions as written
 * @param next where its rows go; empty for a sink
 * @param sides where the rows of its side outputs go, by their names
 */
public record Node(
        String name, String description, OperatorFactory factory, List<Edge> next, Map<String, List<Edge>> sides) {
    public Node {
        next = List.copyOf(next);
        Map<String, List<Edge>> copy = new LinkedHashMap<>();
        sides.forEach((side, edges) -> copy.put(side, List.copyOf(edges)));
        sides = Collections.unmodifiableMap(copy);
    }

    public Node(String name, String description, OperatorFactory factory, List<Edge> next) {
        this(name, description, factory, next, Map.of());
    }

    /** @param node index of the target in {@link Stage#nodes}; {@code port} which of its inputs */
    public record Edge(int node, int port) {}
}
