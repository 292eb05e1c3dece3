package io.millrace.engine.topology;

import java.util.List;

/**
 * A part of the plan between exchanges. It runs as one task per partition of its inputs, which are co-partitioned.
 *
 * @param nodes in topological order: a node's edges lead to larger indexes
 * @param stores the stores of its operators; a store's index is its number in the task's state
 */
public record Stage(int id, List<Input> inputs, List<Node> nodes, List<Store> stores) {
    public Stage {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        stores = List.copyOf(stores);
    }

    /**
     * A store and the compacted topic behind it.
     *
     * @param name the name of the step that owns it
     * @param kind what it holds, in a word or two, for {@code explain}
     */
    public record Store(String name, String kind, String changelogTopic) {}
}
