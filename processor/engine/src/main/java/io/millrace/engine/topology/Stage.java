package io.millrace.engine.topology;

import java.util.List;
import java.util.function.ToIntFunction;

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
     * How many tasks it runs as: the most partitions that any of its input topics has.
     *
     * @param partitions a topic's number of partitions
     * @throws IllegalStateException if the stage reads nothing
     */
    public int taskCount(ToIntFunction<String> partitions) {
        return inputs.stream()
                .flatMap(input -> input.topics().stream())
                .mapToInt(partitions)
                .max()
                .orElseThrow(() -> new IllegalStateException("stage " + id + " reads nothing"));
    }

    /**
     * A store and the compacted topic behind it.
     *
     * @param name the name of the step that owns it
     * @param kind what it holds, in a word or two, for {@code explain}
     * @param expiring whether all but a few of its entries go by {@link io.millrace.state.KeyValueStore#expireBefore}: its changelog is
     *     then cut at the front instead of being paid a tombstone for each
     * @param layout what its bytes mean
     */
    public record Store(String name, String kind, String changelogTopic, boolean expiring, Layout layout) {}
}
