package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.topology.Exchange;
import io.millrace.engine.topology.Input;
import io.millrace.engine.topology.InternalTopic;
import io.millrace.engine.topology.Node;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A plan as text: names in the left column, what they do in the right one. */
final class ExplainText {
    private static final int WIDTH = 110;
    /** Behind a comma, colon or semicolon that is not inside brackets. */
    private static final Pattern BREAK = Pattern.compile("(?<=[,:;]) (?![^(]*\\))");

    private static final int LONGEST_NAME = 28;

    private final Plan plan;
    private final Topology topology;
    private final int indent;
    private final StringBuilder out = new StringBuilder();

    ExplainText(Plan plan) {
        this.plan = plan;
        this.topology = plan.topology();
        int longest = Stream.concat(
                        plan.job().sources().stream()
                                .map(source -> source.name().value()),
                        topology.stages().stream()
                                .flatMap(stage -> stage.nodes().stream())
                                .map(Node::name))
                .mapToInt(String::length)
                .max()
                .orElse(0);
        this.indent = Math.min(LONGEST_NAME, longest) + 4;
    }

    String write() {
        int stores = topology.stages().stream()
                .mapToInt(stage -> stage.stores().size())
                .sum();
        out.append(topology.job()).append(": ");
        out.append(count(topology.stages().size(), "stage")).append(", ");
        out.append(count(topology.exchanges().size(), "exchange")).append(", ");
        out.append(count(stores, "store")).append('\n');
        topology.stages().forEach(this::stage);
        internalTopics();
        out.append("\nerrors: ").append(errors()).append('\n');
        if (!plan.notes().isEmpty()) {
            out.append("\nnotes\n");
            plan.notes().forEach(note -> entry(note.step(), note.text()));
        }
        return out.toString();
    }

    private void stage(Stage stage) {
        out.append("\nstage ").append(stage.id()).append(": a task per partition of ");
        out.append(stage.inputs().stream()
                        .flatMap(input -> input.topics().stream())
                        .collect(Collectors.joining(", ")))
                .append('\n');
        for (Input input : stage.inputs()) {
            if (input instanceof Input.FromSource source) {
                source(source);
            }
        }
        for (int i = 0; i < stage.nodes().size(); i++) {
            node(stage, i);
        }
    }

    private void source(Input.FromSource input) {
        JobSpec.Source source = Explain.sourceOf(plan, input);
        String columns = input.columns().size() == 0
                ? "no column is needed"
                : input.columns().toString();
        entry(
                input.name(),
                "read " + source.format().value() + " from " + String.join(", ", input.topics()) + ": " + columns);
        Text eventTime = source.eventTime();
        String time = eventTime == null ? "the record's timestamp" : LogicalPlanner.oneLine(eventTime);
        String watermark =
                input.lagMs() == 0 ? "right behind" : Durations.text(Duration.ofMillis(input.lagMs())) + " behind";
        line("event time is " + time + ", the watermark " + watermark + "; a partition is idle after "
                + Durations.text(Duration.ofMillis(input.idleMs())));
    }

    private void node(Stage stage, int index) {
        Node node = stage.nodes().get(index);
        String from = branchedFrom(stage, index);
        Exchange exchange = TopologyDraft.exchangeOf(topology, stage, node);
        if (exchange != null) {
            entry(node.name(), from + node.description() + ", as " + exchange.reason());
            out.append(" ".repeat(indent - 3))
                    .append("─▶ stage ")
                    .append(topology.consumerOf(exchange).id());
            out.append(", through ").append(exchange.topic()).append('\n');
            return;
        }
        entry(node.name(), from + node.description());
        for (Stage.Store store : stage.stores()) {
            if (store.name().equals(node.name())) {
                line("store " + store.name() + ": " + store.kind() + ", in " + store.changelogTopic());
            }
        }
    }

    /** Names what a node's rows come from, if it is not just what is in the line above. */
    private static String branchedFrom(Stage stage, int index) {
        List<String> from = new ArrayList<>();
        Node.Edge edge = new Node.Edge(index, 0);
        boolean inputs = stage.inputs().stream().allMatch(input -> input.next().contains(edge));
        for (Input input : stage.inputs()) {
            if (input.next().contains(edge)) {
                from.add(input instanceof Input.FromSource source ? source.name() : "the exchange");
            }
        }
        boolean lineAbove = index == 0 && inputs;
        for (int i = 0; i < index; i++) {
            Node before = stage.nodes().get(i);
            if (before.next().contains(edge)) {
                lineAbove = i == index - 1;
                from.add(before.name());
            }
            before.sides().forEach((side, edges) -> {
                if (edges.contains(edge)) {
                    from.add(before.name() + ", " + side);
                }
            });
        }
        boolean plain = lineAbove && (from.size() == 1 || inputs);
        return plain
                ? ""
                : "[from " + String.join(" and ", from.stream().distinct().toList()) + "] ";
    }

    private String errors() {
        if (!topology.tolerateErrors()) {
            return "a record that cannot be processed stops the job";
        }
        String topic = topology.deadLetterTopic();
        return "a record that cannot be processed is " + (topic == null ? "counted and dropped" : "sent to " + topic);
    }

    private void internalTopics() {
        List<InternalTopic> topics = topology.internalTopics();
        if (topics.isEmpty()) {
            return;
        }
        out.append("\ninternal topics\n");
        for (InternalTopic topic : topics) {
            String config = new TreeMap<>(topic.config())
                    .entrySet().stream()
                            .map(entry -> entry.getKey() + "=" + entry.getValue())
                            .collect(Collectors.joining(" "));
            out.append("  ")
                    .append(topic.name())
                    .append(", ")
                    .append(partitions(topic))
                    .append('\n');
            line(config);
        }
    }

    private static String partitions(InternalTopic topic) {
        return topic.stages().isEmpty()
                ? "one partition"
                : "partitions as stage "
                        + topic.stages().stream().map(String::valueOf).collect(Collectors.joining(" and "));
    }

    private void entry(String name, String text) {
        out.append("  ").append(name);
        int used = 2 + name.length();
        if (used + 2 > indent) {
            out.append('\n');
            used = 0;
        }
        out.append(" ".repeat(indent - used));
        wrapped(text);
    }

    private void line(String text) {
        out.append(" ".repeat(indent));
        wrapped(text);
    }

    /** Breaks behind commas and colons as far as these go, so that an assignment stays in one piece. */
    private void wrapped(String text) {
        int room = WIDTH - indent;
        String hanging = "\n" + " ".repeat(indent + 2);
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String part : BREAK.splitAsStream(text).toList()) {
            if (!line.isEmpty() && line.length() + 1 + part.length() > (lines.isEmpty() ? room : room - 2)) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(part);
        }
        lines.add(line.toString());
        out.append(String.join(hanging, lines)).append('\n');
    }

    private static String count(int n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
