package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.Emit;
import io.millrace.engine.operator.aggregate.Windows;
import io.millrace.plan.expression.Aggregation;
import io.millrace.plan.expression.Expression;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks aggregates. */
final class Groups {
    private final Scope scope;

    Groups(Scope scope) {
        this.scope = scope;
    }

    /** The stream of its results, or null after reporting what is wrong. */
    @Nullable
    Stream aggregate(Stream input, JobSpec.Aggregate step) {
        boolean valid = acceptsInput(input, step);
        List<Integer> by = scope.keyColumns(input, step.by(), "by");
        JobSpec.Window window = step.window();
        valid &= namesAreDistinct(step, window != null);
        if (by == null) {
            return null;
        }
        Aggregation aggregation = scope.over(input).aggregation(by, step.values(), window != null);
        Windows windows = window == null ? null : Windowing.of(scope, window, input.timeType());
        valid &= window == null || windows != null;
        String lateTopic = LateOutput.topic(scope, input, step);
        if (aggregation == null || !valid) {
            return null;
        }
        AggregateSpec spec = spec(step, aggregation, windows, lateTopic);
        if (spec == null) {
            return null;
        }
        Relation grouped = scope.add(new Relation.Grouped(
                input.relation(),
                step,
                by,
                aggregation,
                spec,
                computed(spec, input.timeType()),
                columns(step, spec, aggregation, input.timeType())));
        Updates updates = updates(step, by.size());
        Set<Integer> bounds = updates == null && window != null ? Windowing.bounds(window, by.size()) : Set.of();
        return Stream.ofStep(grouped, updates, input.timeType(), bounds);
    }

    private boolean acceptsInput(Stream input, JobSpec.Aggregate step) {
        Updates updates = input.updates();
        if (updates == null) {
            return true;
        }
        scope.error(
                step.name(),
                "'" + step.name().value() + "' would aggregate the updates of '" + updates.step()
                        + "', which is not supported yet",
                updates.makeFinal(),
                "or aggregate the rows that '" + updates.step() + "' reads, in one step");
        return false;
    }

    private boolean namesAreDistinct(JobSpec.Aggregate step, boolean windowed) {
        boolean distinct = true;
        Set<String> names = new HashSet<>();
        step.by().forEach(by -> names.add(by.value()));
        if (windowed) {
            for (String bound : List.of(Updates.WINDOW_START, Updates.WINDOW_END)) {
                if (!names.add(bound)) {
                    Text by = step.by().stream()
                            .filter(text -> text.value().equals(bound))
                            .findFirst()
                            .orElse(step.name());
                    scope.error(
                            by,
                            "the results already have a column " + bound + ", for the window",
                            "rename yours with 'set' and 'drop' before");
                    distinct = false;
                }
            }
        }
        for (Text value : step.values().keySet()) {
            if (!names.add(value.value())) {
                scope.error(value, "the results already have a column " + value.value(), "choose another name");
                distinct = false;
            }
        }
        return distinct;
    }

    private @Nullable AggregateSpec spec(
            JobSpec.Aggregate step, Aggregation aggregation, @Nullable Windows windows, @Nullable String lateTopic) {
        List<Column> input = new ArrayList<>();
        for (Expression expression : aggregation.input()) {
            String name = input.size() < aggregation.keyCount()
                    ? step.by().get(input.size()).value()
                    : "argument_" + (input.size() - aggregation.keyCount());
            input.add(new Column(name, expression.type(), expression.nullable()));
        }
        try {
            AggregateSpec spec = new AggregateSpec(
                    step.name().value(),
                    new RowType(unique(input)),
                    aggregation.keyCount(),
                    windows,
                    aggregation.calls(),
                    step.late().accept().toMillis(),
                    emit(step.emit()),
                    lateTopic);
            // Finds functions that cannot take their argument's type.
            spec.partialType();
            return spec;
        } catch (IllegalArgumentException e) {
            scope.error(step.name(), String.valueOf(e.getMessage()), null);
            return null;
        }
    }

    private static Emit emit(JobSpec.Emit emit) {
        if (emit instanceof JobSpec.Emit.Early early) {
            return new Emit.Early(early.every().toMillis());
        }
        return emit instanceof JobSpec.Emit.Final ? Emit.FINAL : Emit.UPDATES;
    }

    /** Names of arguments give way to columns grouped by that happen to have the same. */
    private static List<Column> unique(List<Column> columns) {
        Set<String> taken = new HashSet<>();
        List<Column> unique = new ArrayList<>();
        for (Column column : columns) {
            String name = column.name();
            while (!taken.add(name)) {
                name += "_";
            }
            unique.add(new Column(name, column.type(), column.nullable()));
        }
        return unique;
    }

    private static RowType computed(AggregateSpec spec, DataType timeType) {
        List<Column> columns = new ArrayList<>(spec.input().columns().subList(0, spec.keyCount()));
        if (spec.windows() != null) {
            columns.add(new Column(Updates.WINDOW_START, timeType, false));
            columns.add(new Column(Updates.WINDOW_END, timeType, false));
        }
        for (AggregateCall call : spec.calls()) {
            boolean nullable = call.function() != AggregateCall.Function.COUNT;
            columns.add(new Column("result_" + columns.size(), call.resultType(), nullable));
        }
        return new RowType(unique(columns));
    }

    private static RowType columns(
            JobSpec.Aggregate step, AggregateSpec spec, Aggregation aggregation, DataType timeType) {
        int leading = spec.keyCount() + (spec.windows() == null ? 0 : 2);
        List<Column> columns =
                new ArrayList<>(computed(spec, timeType).columns().subList(0, leading));
        int i = 0;
        for (Map.Entry<Text, Text> entry : step.values().entrySet()) {
            Expression result = aggregation.results().get(i++);
            columns.add(new Column(entry.getKey().value(), result.type(), result.nullable()));
        }
        return new RowType(columns);
    }

    private static @Nullable Updates updates(JobSpec.Aggregate step, int keyCount) {
        boolean windowed = step.window() != null;
        String cure = cure(step);
        if (cure == null) {
            return null;
        }
        List<Updates.Key> keys = new ArrayList<>();
        for (int i = 0; i < keyCount; i++) {
            keys.add(new Updates.Key(i, step.by().get(i).value()));
        }
        if (windowed) {
            keys.add(new Updates.Key(keyCount, Updates.WINDOW_START));
            keys.add(new Updates.Key(keyCount + 1, Updates.WINDOW_END));
        }
        List<String> by = step.by().stream().map(Text::value).toList();
        return new Updates(step.name().value(), bounds(step.window()), by, keys, cure);
    }

    /** The sessions of a key do not overlap, so either bound tells one. */
    private static List<String> bounds(JobSpec.@Nullable Window window) {
        if (window == null) {
            return List.of();
        }
        return window instanceof JobSpec.Cumulating
                ? List.of(Updates.WINDOW_END)
                : List.of(Updates.WINDOW_START, Updates.WINDOW_END);
    }

    /** What makes the results final; null if they are. */
    private static @Nullable String cure(JobSpec.Aggregate step) {
        boolean once = step.emit() instanceof JobSpec.Emit.Final;
        if (step.window() == null) {
            return once ? null : "give it a window";
        }
        List<String> causes = new ArrayList<>();
        if (!once) {
            causes.add("'emit'");
        }
        if (!step.late().accept().isZero()) {
            causes.add("'accept'");
        }
        return causes.isEmpty() ? null : "leave out its " + String.join(" and ", causes);
    }
}
