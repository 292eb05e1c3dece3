package io.millrace.plan;

import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A stage that is still growing. */
final class StageDraft {
    private final int id;
    private final List<InputDraft> inputs = new ArrayList<>();
    private final List<NodeDraft> nodes = new ArrayList<>();
    private final List<Stage.Store> stores = new ArrayList<>();

    /** @param inputs each makes an input once it is known where its rows go */
    StageDraft(int id, List<Function<List<Node.Edge>, Input>> inputs) {
        this.id = id;
        inputs.forEach(maker -> this.inputs.add(new InputDraft(maker, new ArrayList<>())));
    }

    int id() {
        return id;
    }

    /** Where rows leave the inputs. */
    Outlet inputOutlet() {
        return new Outlet(this, inputs.stream().map(InputDraft::edges).toList());
    }

    /** Adds a node behind an outlet of this stage. */
    Outlet add(Outlet from, String name, String description, OperatorFactory factory) {
        if (from.stage() != this) {
            throw new IllegalStateException("an edge from stage " + from.stage().id + " to stage " + id);
        }
        NodeDraft node = new NodeDraft(name, description, factory, new ArrayList<>(), new LinkedHashMap<>());
        from.exits().forEach(edges -> edges.add(new Node.Edge(nodes.size(), 0)));
        nodes.add(node);
        return new Outlet(this, List.of(node.edges()));
    }

    /** Side outputs of the node that was added last. */
    SideOutlets sides(List<String> names) {
        Map<String, List<Node.Edge>> sides = nodes.get(nodes.size() - 1).sides();
        names.forEach(name -> sides.put(name, new ArrayList<>()));
        return new SideOutlets(this, sides);
    }

    void addStore(Stage.Store store) {
        stores.add(store);
    }

    Stage build() {
        List<Input> from =
                inputs.stream().map(draft -> draft.maker().apply(draft.edges())).toList();
        List<Node> built = nodes.stream().map(NodeDraft::build).toList();
        return new Stage(id, from, built, stores);
    }

    /**
     * Where rows come out.
     *
     * @param exits one for each input or node that they come from: the growing list of where they go
     */
    record Outlet(StageDraft stage, List<List<Node.Edge>> exits) {
        /** The rows of both. */
        Outlet and(Outlet other) {
            List<List<Node.Edge>> both = new ArrayList<>(exits);
            both.addAll(other.exits());
            return new Outlet(stage, both);
        }
    }

    /** Where rows of a node's side outputs come out. */
    record SideOutlets(StageDraft stage, Map<String, List<Node.Edge>> exits) {
        Outlet of(String side) {
            List<Node.Edge> edges = exits.get(side);
            if (edges == null) {
                throw new IllegalStateException("there is no side output " + side);
            }
            return new Outlet(stage, List.of(edges));
        }
    }

    private record InputDraft(Function<List<Node.Edge>, Input> maker, List<Node.Edge> edges) {}

    private record NodeDraft(
            String name,
            String description,
            OperatorFactory factory,
            List<Node.Edge> edges,
            Map<String, List<Node.Edge>> sides) {
        Node build() {
            return new Node(name, description, factory, edges, sides);
        }
    }
}
