package io.millrace.plan;

import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A stage that is still growing. It has one input. */
final class StageDraft {
    private final int id;
    private final Function<List<Node.Edge>, Input> input;
    private final List<Node.Edge> inputEdges = new ArrayList<>();
    private final List<NodeDraft> nodes = new ArrayList<>();
    private final List<Stage.Store> stores = new ArrayList<>();

    /** @param input makes the input once it is known where its rows go */
    StageDraft(int id, Function<List<Node.Edge>, Input> input) {
        this.id = id;
        this.input = input;
    }

    int id() {
        return id;
    }

    /** Where rows leave the input. */
    Outlet inputOutlet() {
        return new Outlet(this, inputEdges);
    }

    /** Adds a node behind an outlet of this stage. */
    Outlet add(Outlet from, String name, String description, OperatorFactory factory) {
        if (from.stage() != this) {
            throw new IllegalStateException("an edge from stage " + from.stage().id + " to stage " + id);
        }
        List<Node.Edge> edges = new ArrayList<>();
        from.edges().add(new Node.Edge(nodes.size(), 0));
        nodes.add(new NodeDraft(name, description, factory, edges));
        return new Outlet(this, edges);
    }

    void addStore(Stage.Store store) {
        stores.add(store);
    }

    Stage build() {
        List<Node> built = nodes.stream()
                .map(draft -> new Node(draft.name(), draft.description(), draft.factory(), draft.edges()))
                .toList();
        return new Stage(id, List.of(input.apply(inputEdges)), built, stores);
    }

    /** A place where rows come out, and the growing list of where they go. */
    record Outlet(StageDraft stage, List<Node.Edge> edges) {}

    private record NodeDraft(String name, String description, OperatorFactory factory, List<Node.Edge> edges) {}
}
