package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.plan.expression.Expressions;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks the steps and checks them: columns, types, and which streams carry updates. A step with an error gives a stream without a
 * relation's certainty, so the walk goes on with the last good stream where that cannot mislead, and stops the pipeline where it can.
 */
final class LogicalPlanner {
    private final Scope scope;
    private final Topics topics;
    private final Filters filters;
    private final Projections projections;
    private final Unions unions;
    private final Groups groups;
    private final Rankings rankings;
    private final Processes processes;
    private final Map<String, Stream> streams = new HashMap<>();
    /** Streams whose step had an error; what reads them is not checked further. */
    private final Set<String> broken = new HashSet<>();

    private final Map<KeyedInput, Relation> keyed = new HashMap<>();

    LogicalPlanner(Scope scope, Topics topics, ProcessCatalog catalog) {
        this.scope = scope;
        this.topics = topics;
        this.filters = new Filters(scope);
        this.projections = new Projections(scope);
        this.unions = new Unions(scope);
        this.groups = new Groups(scope);
        this.rankings = new Rankings(scope);
        this.processes = new Processes(scope, catalog);
    }

    /** Fills the scope's relations; they are complete only if no problem was found. */
    void plan() {
        Stream current = null;
        for (JobSpec.Step step : scope.job().steps()) {
            if (step instanceof JobSpec.From from) {
                current = from(from.stream().value());
            } else if (step instanceof JobSpec.Union union) {
                current = union(union);
            } else if (current != null) {
                current = step(current, step);
            } else {
                markBroken(step);
            }
        }
    }

    private @Nullable Stream from(String name) {
        if (broken.contains(name)) {
            return null;
        }
        Stream stream = streams.get(name);
        if (stream != null) {
            return stream;
        }
        JobSpec.Source source = scope.job().sources().stream()
                .filter(candidate -> candidate.name().value().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the reader let pass the unknown stream " + name));
        Stream read = topics.read(source);
        if (read == null) {
            broken.add(name);
            return null;
        }
        scope.add(read.relation());
        streams.put(name, read);
        return read;
    }

    private @Nullable Stream union(JobSpec.Union step) {
        List<Stream> inputs = new ArrayList<>();
        for (Text name : step.streams()) {
            Stream input = from(name.value());
            if (input != null) {
                inputs.add(input);
            }
        }
        return inputs.size() < step.streams().size() ? null : unions.union(step, inputs);
    }

    private void markBroken(JobSpec.Step step) {
        if (step instanceof JobSpec.As as) {
            broken.add(as.name().value());
        } else if (step instanceof JobSpec.Route route) {
            route.branches().forEach(branch -> broken.add(branch.target().value()));
        } else if (step instanceof JobSpec.Process process) {
            process.outputs().values().forEach(target -> broken.add(target.value()));
        }
    }

    /** The stream behind the step, or null if it is unknown because of an error. */
    private @Nullable Stream step(Stream input, JobSpec.Step step) {
        if (step instanceof JobSpec.Filter filter) {
            return filters.filter(input, filter);
        }
        if (step instanceof JobSpec.SetColumns set) {
            return projections.set(input, set);
        }
        if (step instanceof JobSpec.MapRow map) {
            return projections.map(input, map);
        }
        if (step instanceof JobSpec.Drop drop) {
            return projections.drop(input, drop);
        }
        if (step instanceof JobSpec.Flatten flatten) {
            return projections.flatten(input, flatten);
        }
        if (step instanceof JobSpec.As as) {
            Stream named = input.named(as.name().value());
            streams.put(named.name(), named);
            return named;
        }
        if (step instanceof JobSpec.Key key) {
            return key(input, key);
        }
        if (step instanceof JobSpec.Route route) {
            filters.route(input, route, this::branch);
            return null;
        }
        if (step instanceof JobSpec.To to) {
            write(input, to.sink());
            return input;
        }
        return statefulStep(input, step);
    }

    private @Nullable Stream statefulStep(Stream input, JobSpec.Step step) {
        if (step instanceof JobSpec.Aggregate aggregate) {
            return groups.aggregate(input, aggregate);
        }
        if (step instanceof JobSpec.Dedupe dedupe) {
            return rankings.dedupe(input, dedupe);
        }
        if (step instanceof JobSpec.Top top) {
            return rankings.top(input, top);
        }
        if (step instanceof JobSpec.Process process) {
            Processes.Outputs outputs = processes.process(input, process);
            if (outputs == null) {
                markBroken(step);
                return null;
            }
            outputs.sides().forEach((target, side) -> branch(side, target, true));
            return outputs.main();
        }
        throw new IllegalStateException(
                "a step that the planner does not know: " + step.at().value());
    }

    private @Nullable Stream key(Stream input, JobSpec.Key step) {
        List<Integer> key = scope.keyColumns(input, step.columns(), "key");
        if (key == null) {
            return null;
        }
        Updates updates = input.updates();
        if (updates != null && !updates.keyColumns().containsAll(key)) {
            scope.error(
                    step.at(),
                    "'key' by a column that the updates of '" + updates.step() + "' change",
                    "distribute by " + String.join(", ", updates.by()) + ", or aggregate behind the 'key'");
            return null;
        }
        // Two pipelines that distribute one stream by the same columns share the repartition topic.
        Relation relation = keyed.computeIfAbsent(
                new KeyedInput(input.relation(), key),
                shared -> scope.add(new Relation.Keyed(
                        scope.names()
                                .key(step.columns().stream().map(Text::value).toList()),
                        input.relation(),
                        key)));
        return input.with(relation);
    }

    /** Rows go to a sink, or else are a new stream. */
    private void branch(Stream taken, Text target, boolean sure) {
        if (scope.sink(target.value()) != null) {
            write(taken, target);
            return;
        }
        streams.put(target.value(), taken.named(target.value()));
        if (!sure) {
            broken.add(target.value());
        }
    }

    private void write(Stream input, Text target) {
        JobSpec.Sink sink = scope.sink(target.value());
        if (sink == null) {
            throw new IllegalStateException("the reader let pass the unknown sink " + target.value());
        }
        Expressions over = scope.over(input);
        List<Integer> key = sink.key().stream().map(over::columnIndex).toList();
        if (!key.contains(-1)) {
            scope.problems().addAll(SinkCheck.updates(input, sink, key));
            scope.problems().addAll(topics.checkFormats(sink, input.columns(), key));
            Updates updates = input.updates();
            boolean marked = updates != null && updates.windowed();
            scope.add(new Relation.Write(input.relation(), sink, key, marked, new RowType(List.of())));
        }
    }

    static String oneLine(Text expression) {
        return expression.value().strip().replaceAll("\\s+", " ");
    }

    private record KeyedInput(Relation input, List<Integer> key) {}
}
