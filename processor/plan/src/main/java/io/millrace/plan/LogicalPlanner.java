package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.Expressions;
import io.millrace.plan.expression.SqlContext;
import io.millrace.serde.Column;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Walks the steps and checks them: columns, types, and which streams carry updates. A step with an error gives a stream without a
 * relation's certainty, so the walk goes on with the last good stream where that cannot mislead, and stops the pipeline where it can.
 */
final class LogicalPlanner {
    private final JobSpec job;
    private final SqlContext sql;
    private final Topics topics;
    private final Names names;
    private final List<Problem> problems;
    private final Map<String, JobSpec.Sink> sinks = new LinkedHashMap<>();
    private final Map<String, Stream> streams = new HashMap<>();
    /** Streams whose step had an error; what reads them is not checked further. */
    private final Set<String> broken = new HashSet<>();

    private final List<Relation> relations = new ArrayList<>();
    private final Map<KeyedInput, Relation> keyed = new HashMap<>();

    LogicalPlanner(JobSpec job, SqlContext sql, Topics topics, Names names, List<Problem> problems) {
        this.job = job;
        this.sql = sql;
        this.topics = topics;
        this.names = names;
        this.problems = problems;
        job.sinks().forEach(sink -> sinks.put(sink.name().value(), sink));
    }

    /** Inputs before what they feed, in the order of the steps. Complete only if no problem was found. */
    List<Relation> plan() {
        Stream current = null;
        for (JobSpec.Step step : job.steps()) {
            if (step instanceof JobSpec.From from) {
                current = from(from.stream().value());
            } else if (current != null) {
                current = step(current, step);
            } else {
                markBroken(step);
            }
        }
        return relations;
    }

    private @Nullable Stream from(String name) {
        if (broken.contains(name)) {
            return null;
        }
        Stream stream = streams.get(name);
        if (stream != null) {
            return stream;
        }
        JobSpec.Source source = job.sources().stream()
                .filter(candidate -> candidate.name().value().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the reader let pass the unknown stream " + name));
        Stream read = topics.read(source);
        if (read == null) {
            broken.add(name);
            return null;
        }
        relations.add(read.relation());
        streams.put(name, read);
        return read;
    }

    private void markBroken(JobSpec.Step step) {
        if (step instanceof JobSpec.As as) {
            broken.add(as.name().value());
        } else if (step instanceof JobSpec.Route route) {
            route.branches().forEach(branch -> broken.add(branch.target().value()));
        }
    }

    /** The stream behind the step, or null if it is unknown because of an error. */
    private @Nullable Stream step(Stream input, JobSpec.Step step) {
        if (step instanceof JobSpec.Filter filter) {
            return filter(input, filter);
        }
        if (step instanceof JobSpec.SetColumns set) {
            return set(input, set);
        }
        if (step instanceof JobSpec.MapRow map) {
            return map(input, map);
        }
        if (step instanceof JobSpec.Drop drop) {
            return drop(input, drop);
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
            route(input, route);
            return null;
        }
        if (step instanceof JobSpec.To to) {
            write(input, to.sink());
            return input;
        }
        if (step instanceof JobSpec.Aggregate aggregate) {
            return new Groups(sql, problems).aggregate(input, aggregate, relations);
        }
        throw new IllegalStateException(
                "a step that the planner does not know: " + step.at().value());
    }

    private Expressions over(Stream stream) {
        return sql.over(stream.name(), stream.columns(), problems::add);
    }

    private Stream filter(Stream input, JobSpec.Filter step) {
        String name = names.numbered("filter");
        Expression condition = over(input).condition(step.expression(), "filter");
        if (condition == null || !staysOnKey(input, condition, "filter")) {
            return input;
        }
        return add(
                input,
                new Relation.Filter(
                        name, input.relation(), condition, List.of(), "filter " + oneLine(step.expression())));
    }

    /**
     * A filter on a column that updates change would let the old row stand in the sink when the new one is filtered out.
     */
    private boolean staysOnKey(Stream input, Expression condition, String verb) {
        Updates updates = input.updates();
        if (updates == null || updates.keyColumns().containsAll(condition.columns())) {
            return true;
        }
        String changing = condition.columns().stream()
                .filter(column -> !updates.keyColumns().contains(column))
                .map(column -> input.columns().column(column).name())
                .collect(Collectors.joining(", "));
        problems.add(new Problem(
                Problem.Severity.ERROR,
                condition.text().at(),
                condition.text().length(),
                "'" + verb + "' on " + changing + ", which the updates of '" + updates.step() + "' change",
                updates.windowed()
                        ? "make its results final: leave out its 'late'"
                        : "give '" + updates.step() + "' a window",
                List.of(
                        "an update that is filtered out would leave the result before it standing",
                        "or filter by " + String.join(", ", updates.neededNames()) + " only")));
        return false;
    }

    private @Nullable Stream set(Stream input, JobSpec.SetColumns step) {
        String name = names.numbered("set");
        Expressions over = over(input);
        List<Expression> outputs = new ArrayList<>();
        List<Column> columns = new ArrayList<>(input.columns().columns());
        for (int i = 0; i < columns.size(); i++) {
            outputs.add(over.column(i));
        }
        boolean valid = true;
        for (Map.Entry<Text, Text> entry : step.columns().entrySet()) {
            Expression value = over.value(entry.getValue());
            if (value == null) {
                valid = false;
                continue;
            }
            Column column = new Column(entry.getKey().value(), value.type(), value.nullable());
            int index = input.columns().indexOf(column.name());
            if (index < 0) {
                columns.add(column);
                outputs.add(value);
            } else {
                columns.set(index, column);
                outputs.set(index, value);
            }
        }
        return valid ? project(input, name, outputs, columns, "set " + assignments(step.columns())) : null;
    }

    private @Nullable Stream map(Stream input, JobSpec.MapRow step) {
        String name = names.numbered("map");
        Expressions over = over(input);
        List<Expression> outputs = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        boolean valid = true;
        for (Map.Entry<Text, Text> entry : step.columns().entrySet()) {
            Expression value = over.value(entry.getValue());
            if (value == null) {
                valid = false;
                continue;
            }
            outputs.add(value);
            columns.add(new Column(entry.getKey().value(), value.type(), value.nullable()));
        }
        return valid ? project(input, name, outputs, columns, "map " + assignments(step.columns())) : null;
    }

    private @Nullable Stream drop(Stream input, JobSpec.Drop step) {
        String name = names.numbered("drop");
        Expressions over = over(input);
        Set<Integer> dropped = new HashSet<>();
        for (Text column : step.columns()) {
            dropped.add(over.columnIndex(column));
        }
        if (dropped.contains(-1)) {
            return null;
        }
        if (dropped.size() == input.columns().size()) {
            problems.add(Problem.error(
                    step.at().at(), step.at().length(), "no column is left in " + input.name(), "keep at least one"));
            return null;
        }
        List<Expression> outputs = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < input.columns().size(); i++) {
            if (!dropped.contains(i)) {
                outputs.add(over.column(i));
                columns.add(input.columns().column(i));
            }
        }
        String list = step.columns().stream().map(Text::value).collect(Collectors.joining(", "));
        return project(input, name, outputs, columns, "drop " + list);
    }

    private Stream project(
            Stream input, String name, List<Expression> outputs, List<Column> columns, String description) {
        Updates updates = input.updates();
        Relation project = new Relation.Project(name, input.relation(), outputs, new RowType(columns), description);
        relations.add(project);
        return new Stream(input.name(), project, updates == null ? null : updates.through(outputs), input.timeType());
    }

    private @Nullable Stream key(Stream input, JobSpec.Key step) {
        Expressions over = over(input);
        List<Integer> key = step.columns().stream().map(over::columnIndex).toList();
        if (key.contains(-1)) {
            return null;
        }
        Updates updates = input.updates();
        if (updates != null && !updates.keyColumns().containsAll(key)) {
            problems.add(Problem.error(
                    step.at().at(),
                    step.at().length(),
                    "'key' by a column that the updates of '" + updates.step() + "' change",
                    "distribute by " + String.join(", ", updates.by()) + ", or aggregate behind the 'key'"));
            return null;
        }
        // Two pipelines that distribute one stream by the same columns share the repartition topic.
        Relation relation = keyed.computeIfAbsent(new KeyedInput(input.relation(), key), shared -> {
            Relation made = new Relation.Keyed(
                    names.key(step.columns().stream().map(Text::value).toList()), input.relation(), key);
            relations.add(made);
            return made;
        });
        return input.with(relation);
    }

    private void route(Stream input, JobSpec.Route step) {
        String name = names.numbered("route");
        Expressions over = over(input);
        List<Expression> earlier = new ArrayList<>();
        boolean sure = true;
        for (JobSpec.Branch branch : step.branches()) {
            Text when = branch.when();
            Expression condition = when == null ? null : over.condition(when, "route");
            sure &= when == null || condition != null;
            if (condition != null) {
                sure &= staysOnKey(input, condition, "route");
            }
            String description = when == null ? "route else" : "route when " + oneLine(when);
            Stream taken = input.with(new Relation.Filter(
                    name + "-" + branch.target().value(),
                    input.relation(),
                    condition,
                    List.copyOf(earlier),
                    description));
            if (condition != null) {
                earlier.add(condition);
            }
            relations.add(taken.relation());
            if (sinks.containsKey(branch.target().value())) {
                write(taken, branch.target());
            } else {
                streams.put(branch.target().value(), taken.named(branch.target().value()));
                if (!sure) {
                    broken.add(branch.target().value());
                }
            }
        }
    }

    private void write(Stream input, Text target) {
        JobSpec.Sink sink = sinks.get(target.value());
        if (sink == null) {
            throw new IllegalStateException("the reader let pass the unknown sink " + target.value());
        }
        Expressions over = over(input);
        List<Integer> key = sink.key().stream().map(over::columnIndex).toList();
        if (!key.contains(-1)) {
            problems.addAll(SinkCheck.updates(input, sink, key));
            problems.addAll(topics.checkFormats(sink, input.columns(), key));
            relations.add(new Relation.Write(input.relation(), sink, key, new RowType(List.of())));
        }
    }

    private Stream add(Stream input, Relation relation) {
        relations.add(relation);
        return input.with(relation);
    }

    private static String assignments(Map<Text, Text> columns) {
        return columns.entrySet().stream()
                .map(entry -> entry.getKey().value().equals(entry.getValue().value())
                        ? entry.getKey().value()
                        : entry.getKey().value() + " = " + oneLine(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    static String oneLine(Text expression) {
        return expression.value().strip().replaceAll("\\s+", " ");
    }

    private record KeyedInput(Relation input, List<Integer> key) {}
}
