package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.Expressions;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks the steps that compute each row anew. A method's answer is null after reporting what is wrong. */
final class Projections {
    private final Scope scope;

    Projections(Scope scope) {
        this.scope = scope;
    }

    @Nullable
    Stream set(Stream input, JobSpec.SetColumns step) {
        String name = scope.names().numbered("set");
        Expressions over = scope.over(input);
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

    @Nullable
    Stream map(Stream input, JobSpec.MapRow step) {
        String name = scope.names().numbered("map");
        Expressions over = scope.over(input);
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

    @Nullable
    Stream drop(Stream input, JobSpec.Drop step) {
        String name = scope.names().numbered("drop");
        Expressions over = scope.over(input);
        Set<Integer> dropped = new HashSet<>();
        for (Text column : step.columns()) {
            dropped.add(over.columnIndex(column));
        }
        if (dropped.contains(-1)) {
            return null;
        }
        if (dropped.size() == input.columns().size()) {
            scope.error(step.at(), "no column is left in " + input.name(), "keep at least one");
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

    /** A row for each element of an array. */
    @Nullable
    Stream flatten(Stream input, JobSpec.Flatten step) {
        String name = scope.names().numbered("flatten");
        Text text = step.column();
        int index = scope.over(input).columnIndex(text);
        if (index < 0) {
            return null;
        }
        Updates updates = input.updates();
        if (updates != null) {
            scope.error(
                    step.at(),
                    "the updates of '" + updates.step() + "' would become rows that no longer replace each other",
                    updates.makeFinal(),
                    "or flatten before '" + updates.step() + "'");
            return null;
        }
        Column column = input.columns().column(index);
        if (!(column.type() instanceof DataType.Array array)) {
            scope.error(
                    text,
                    "'flatten' needs an ARRAY, but " + column.name() + " is "
                            + column.type().sql(),
                    "compute an array with a 'set' before, for example SPLIT(" + column.name() + ", ',') of a text");
            return null;
        }
        List<Column> columns = new ArrayList<>(input.columns().columns());
        columns.set(index, new Column(column.name(), array.element(), true));
        Set<Integer> bounds = new HashSet<>(input.windowBounds());
        bounds.remove(index);
        Relation flattened = scope.add(new Relation.Flattened(name, input.relation(), index, new RowType(columns)));
        return new Stream(input.name(), flattened, null, input.timeType(), input.ofRecords(), bounds);
    }

    private Stream project(
            Stream input, String name, List<Expression> outputs, List<Column> columns, String description) {
        return input.through(
                scope.add(new Relation.Project(name, input.relation(), outputs, new RowType(columns), description)),
                outputs);
    }

    private static String assignments(Map<Text, Text> columns) {
        return columns.entrySet().stream()
                .map(entry -> entry.getKey().value().equals(entry.getValue().value())
                        ? entry.getKey().value()
                        : entry.getKey().value() + " = " + LogicalPlanner.oneLine(entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
