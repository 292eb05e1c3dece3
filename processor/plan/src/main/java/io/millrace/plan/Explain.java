package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.InternalTopic;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.serde.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Tells what a plan does: for people, and for programs. It shows no Kafka property of the job, and so no secret. */
public final class Explain {
    private Explain() {}

    /** For people: stages in the order of the data, then the topics that the job keeps for itself. */
    public static String text(Plan plan) {
        return new ExplainText(plan).write();
    }

    /** For programs: one JSON object with the same facts. */
    public static String json(Plan plan) {
        Topology topology = plan.topology();
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("job", topology.job());
        job.put(
                "stages",
                topology.stages().stream().map(stage -> stage(plan, stage)).toList());
        job.put(
                "exchanges",
                topology.exchanges().stream()
                        .map(exchange -> exchange(topology, exchange))
                        .toList());
        job.put("sinkTopics", topology.sinkTopics());
        job.put(
                "internalTopics",
                topology.internalTopics().stream().map(Explain::topic).toList());
        job.put("notes", plan.notes().stream().map(Explain::note).toList());
        job.put("warnings", plan.warnings().stream().map(Problem::message).toList());
        return JsonText.of(job);
    }

    /** The source of the job that an input reads. */
    static JobSpec.Source sourceOf(Plan plan, Input.FromSource input) {
        return plan.job().sources().stream()
                .filter(source -> source.name().value().equals(input.name()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a plan with the unknown source " + input.name()));
    }

    private static Map<String, Object> stage(Plan plan, Stage stage) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", stage.id());
        object.put(
                "inputs",
                stage.inputs().stream().map(input -> input(plan, stage, input)).toList());
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (Node node : stage.nodes()) {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("name", node.name());
            described.put("description", node.description());
            described.put("next", next(stage, node.next()));
            if (!node.sides().isEmpty()) {
                Map<String, Object> sides = new LinkedHashMap<>();
                node.sides().forEach((side, edges) -> sides.put(side, next(stage, edges)));
                described.put("sides", sides);
            }
            nodes.add(described);
        }
        object.put("nodes", nodes);
        List<Map<String, Object>> stores = new ArrayList<>();
        for (Stage.Store store : stage.stores()) {
            Map<String, Object> described = new LinkedHashMap<>();
            described.put("name", store.name());
            described.put("kind", store.kind());
            described.put("changelogTopic", store.changelogTopic());
            described.put("expiring", store.expiring());
            stores.add(described);
        }
        object.put("stores", stores);
        return object;
    }

    private static Map<String, Object> input(Plan plan, Stage stage, Input input) {
        Map<String, Object> object = new LinkedHashMap<>();
        if (input instanceof Input.FromSource from) {
            JobSpec.Source source = sourceOf(plan, from);
            Text eventTime = source.eventTime();
            object.put("source", from.name());
            object.put("topics", from.topics());
            object.put("format", source.format().value());
            object.put(
                    "columns",
                    from.columns().columns().stream().map(Explain::column).toList());
            object.put("eventTime", eventTime == null ? "the record's timestamp" : eventTime.value());
            object.put("lagMs", from.lagMs());
            object.put("idleMs", from.idleMs());
            object.put("driftMs", from.driftMs());
        } else if (input instanceof Input.FromExchange from) {
            object.put("exchange", from.exchange().name());
            object.put("topics", from.topics());
        }
        object.put("next", next(stage, input.next()));
        return object;
    }

    private static Map<String, Object> column(Column column) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", column.name());
        object.put("type", column.type().sql());
        object.put("nullable", column.nullable());
        return object;
    }

    private static List<String> next(Stage stage, List<Node.Edge> edges) {
        return edges.stream().map(edge -> stage.nodes().get(edge.node()).name()).toList();
    }

    private static Map<String, Object> exchange(Topology topology, Exchange exchange) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", exchange.name());
        object.put("topic", exchange.topic());
        object.put(
                "key",
                exchange.key().stream()
                        .map(i -> exchange.columns().column(i).name())
                        .toList());
        object.put("fromStage", exchange.producerStage());
        object.put("toStage", topology.consumerOf(exchange).id());
        object.put("reason", exchange.reason());
        object.put("carriesOrigins", exchange.carriesOrigins());
        return object;
    }

    private static Map<String, Object> topic(InternalTopic topic) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", topic.name());
        object.put("kind", topic.kind().name().toLowerCase(Locale.ROOT));
        object.put("partitionsOfStages", topic.stages());
        object.put("config", new TreeMap<>(topic.config()));
        return object;
    }

    private static Map<String, Object> note(Plan.Note note) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("step", note.step());
        object.put("text", note.text());
        return object;
    }
}
