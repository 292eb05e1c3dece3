package io.millrace.engine.topology;

import io.millrace.engine.operator.OperatorFactory;
import java.util.List;

/**
 * An operator in a stage.
 *
 * @param name the step's name, or its verb with a number
 * @param description one line for {@code explain}: what it does, with its expressions as written
 * @param next where its rows go; empty for a sink
 */
public record Node(String name, String description, OperatorFactory factory, List<Edge> next) {
    public Node {
        next = List.copyOf(next);
    }

    /** @param node index of the target in {@link Stage#nodes}; {@code port} which of its inputs */
    public record Edge(int node, int port) {}
}
