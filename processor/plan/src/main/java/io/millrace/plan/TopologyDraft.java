package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.exchange.ExchangeOperator;
import io.millrace.engine.operator.transform.MapOperator;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.Layout;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.plan.expression.ExpressionCompiler;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The stages and exchanges that are there so far. */
final class TopologyDraft {
    private final Names names;
    private final ExpressionCompiler compiler;
    private final List<StageDraft> stages = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Set<String> sinkTopics = new LinkedHashSet<>();
    private final List<Plan.Note> notes = new ArrayList<>();

    TopologyDraft(Names names, ExpressionCompiler compiler) {
        this.names = names;
        this.compiler = compiler;
    }

    Topology build(JobSpec job) {
        Text deadLetters = job.errors().deadLetterTopic();
        return new Topology(
                job.name().value(),
                stages.stream().map(StageDraft::build).toList(),
                exchanges,
                List.copyOf(sinkTopics),
                job.errors().tolerateAll(),
                deadLetters == null ? null : deadLetters.value());
    }

    List<Plan.Note> notes() {
        return notes;
    }

    void note(String step, String text) {
        notes.add(new Plan.Note(step, text));
    }

    void sinkTopic(String topic) {
        sinkTopics.add(topic);
    }

    /** Where the rows of a new stage's inputs come out. */
    List<StageDraft.Outlet> stage(List<Function<List<Node.Edge>, Input>> inputs) {
        StageDraft stage = new StageDraft(stages.size(), inputs);
        stages.add(stage);
        return List.of(stage.inputOutlet());
    }

    /** A node behind the rows, in each stage that they come out of. */
    List<StageDraft.Outlet> add(Flow input, String name, String description, OperatorFactory factory) {
        return add(input, name, "again", description, factory);
    }

    /** @param what told apart by this from a node of the same name */
    List<StageDraft.Outlet> add(Flow input, String name, String what, String description, OperatorFactory factory) {
        List<StageDraft.Outlet> behind = new ArrayList<>();
        for (StageDraft.Outlet outlet : input.outlets()) {
            String kind = behind.isEmpty() ? what : "in-stage-" + outlet.stage().id();
            behind.add(outlet.stage().add(outlet, names.node(name, kind), description, factory));
        }
        return behind;
    }

    /** A store in the stage that the rows are in. */
    void store(Flow rows, String name, String kind, boolean expiring, Layout layout) {
        if (rows.outlets().size() != 1) {
            throw new IllegalStateException("the rows of " + name + " are in several stages");
        }
        rows.outlets()
                .get(0)
                .stage()
                .addStore(new Stage.Store(name, kind, names.changelogTopic(name), expiring, layout));
    }

    /** Rows of just these columns in this order. */
    Flow narrowed(Flow input, String name, RowType columns, List<Integer> wanted) {
        if (input.kept().equals(wanted)) {
            return input;
        }
        int[] places = input.places(wanted).stream().mapToInt(Integer::intValue).toArray();
        List<StageDraft.Outlet> outlets = add(
                input,
                name + "-input",
                "keep " + (wanted.isEmpty() ? "no column" : String.join(", ", columns.names())),
                MapOperator.of(name, compiler.columns(places)));
        return new Flow(outlets, columns, wanted, input.hashKeys());
    }

    /**
     * Ends the stages that the rows are in; what comes out on the other side starts the next one.
     *
     * @param columns what the rows hold
     * @param key indexes of these columns
     * @param layout what the bytes of the rows mean
     */
    List<StageDraft.Outlet> exchange(
            Flow input, String name, RowType columns, List<Integer> key, Layout layout, Reason reason) {
        List<Function<List<Node.Edge>, Input>> inputs = new ArrayList<>();
        String by = key.isEmpty() ? "into one partition" : "by " + Reasons.names(columns, key);
        int number = 0;
        for (StageDraft.Outlet outlet : input.outlets()) {
            number++;
            int producer = outlet.stage().id();
            Exchange exchange = new Exchange(
                    name,
                    names.repartitionTopic(name, number),
                    columns,
                    key,
                    producer,
                    reason.text(),
                    reason.carriesOrigins(),
                    layout);
            exchanges.add(exchange);
            outlet.stage()
                    .add(
                            outlet,
                            names.node(exchangeNode(name), "in-stage-" + producer),
                            "exchange " + by,
                            ExchangeOperator.of(exchange));
            inputs.add(edges -> new Input.FromExchange(exchange, edges));
        }
        return stage(inputs);
    }

    private static String exchangeNode(String exchange) {
        return exchange + "-exchange";
    }

    /** The exchange that a node writes, or null if it writes none. */
    static @Nullable Exchange exchangeOf(Topology topology, Stage stage, Node node) {
        for (Exchange exchange : topology.exchanges()) {
            String name = exchangeNode(exchange.name());
            boolean named =
                    node.name().equals(name) || node.name().equals(name + "-in-stage-" + exchange.producerStage());
            if (named && exchange.producerStage() == stage.id()) {
                return exchange;
            }
        }
        return null;
    }

    /**
     * Why there is an exchange.
     *
     * @param carriesOrigins whether also because rows may be late on its other side and are then passed on as they were read
     */
    record Reason(String text, boolean carriesOrigins) {}
}
