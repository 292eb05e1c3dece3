package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.plan.expression.Aggregation;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.Expressions;
import io.millrace.plan.expression.SqlContext;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks aggregates. */
final class Groups {
    private final SqlContext sql;
    private final List<Problem> problems;

    Groups(SqlContext sql, List<Problem> problems) {
        this.sql = sql;
        this.problems = problems;
    }

    /** The stream of its results, or null after reporting what is wrong; its relation is added to the list. */
    @Nullable
    Stream aggregate(Stream input, JobSpec.Aggregate step, List<Relation> relations) {
        boolean valid = acceptsInput(input, step);
        Expressions over = sql.over(input.name(), input.columns(), problems::add);
        List<Integer> by = step.by().stream().map(over::columnIndex).toList();
        if (by.contains(-1)) {
            return null;
        }
        JobSpec.Window window = step.window();
        valid &= namesAreDistinct(step, window != null);
        Aggregation aggregation = over.aggregation(by, step.values(), window != null);
        if (aggregation == null || !valid) {
            return null;
        }
        AggregateSpec spec = spec(step, aggregation);
        if (spec == null) {
            return null;
        }
        Relation grouped = new Relation.Grouped(
                input.relation(),
                step,
                by,
                aggregation,
                spec,
                computed(spec, input.timeType()),
                columns(step, spec, aggregation, input.timeType()));
        relations.add(grouped);
        String name = step.name().value();
        return new Stream(name, grouped, updates(step, by.size()), input.timeType());
    }

    private boolean acceptsInput(Stream input, JobSpec.Aggregate step) {
        Updates updates = input.updates();
        if (updates == null) {
            return true;
        }
        problems.add(new Problem(
                Problem.Severity.ERROR,
                step.name().at(),
                step.name().length(),
                "'" + step.name().value() + "' would aggregate the updates of '" + updates.step()
                        + "', which is not supported yet",
                updates.windowed()
                        ? "make its results final: leave out the 'late' of '" + updates.step() + "'"
                        : "give '" + updates.step() + "' a window: its results are then final",
                List.of("or aggregate the rows that '" + updates.step() + "' reads, in one step")));
        return false;
    }

    private boolean namesAreDistinct(JobSpec.Aggregate step, boolean windowed) {
        boolean distinct = true;
        Set<String> names = new HashSet<>();
        for (Text by : step.by()) {
            if (!names.add(by.value())) {
                problems.add(Problem.error(by.at(), by.length(), "'" + by.value() + "' is in 'by' twice", null));
                distinct = false;
            }
        }
        if (windowed) {
            for (String bound : List.of(Updates.WINDOW_START, Updates.WINDOW_END)) {
                if (!names.add(bound)) {
                    Text by = step.by().stream()
                            .filter(text -> text.value().equals(bound))
                            .findFirst()
                            .orElse(step.name());
                    problems.add(Problem.error(
                            by.at(),
                            by.length(),
                            "the results already have a column " + bound + ", for the window",
                            "rename yours with 'set' and 'drop' before"));
                    distinct = false;
                }
            }
        }
        for (Text value : step.values().keySet()) {
            if (!names.add(value.value())) {
                problems.add(Problem.error(
                        value.at(),
                        value.length(),
                        "the results already have a column " + value.value(),
                        "choose another name"));
                distinct = false;
            }
        }
        return distinct;
    }

    private @Nullable AggregateSpec spec(JobSpec.Aggregate step, Aggregation aggregation) {
        List<Column> input = new ArrayList<>();
        for (Expression expression : aggregation.input()) {
            String name = input.size() < aggregation.keyCount()
                    ? step.by().get(input.size()).value()
                    : "argument_" + (input.size() - aggregation.keyCount());
            input.add(new Column(name, expression.type(), expression.nullable()));
        }
        JobSpec.Window window = step.window();
        SlicedWindows windows = null;
        if (window != null) {
            try {
                windows = windows(window);
            } catch (IllegalArgumentException e) {
                problems.add(badWindow(window, e));
                return null;
            }
        }
        try {
            AggregateSpec spec = new AggregateSpec(
                    step.name().value(),
                    new RowType(unique(input)),
                    aggregation.keyCount(),
                    windows,
                    aggregation.calls(),
                    step.late().accept().toMillis());
            // Finds functions that cannot take their argument's type.
            spec.partialType();
            return spec;
        } catch (IllegalArgumentException e) {
            problems.add(Problem.error(step.name().at(), step.name().length(), String.valueOf(e.getMessage()), null));
            return null;
        }
    }

    private static Problem badWindow(JobSpec.Window window, IllegalArgumentException cause) {
        Text at = window.at();
        if (window instanceof JobSpec.Hopping hopping
                && hopping.size().dividedBy(hopping.every()) > SlicedWindows.MAX_SLICES) {
            return Problem.error(
                    at.at(),
                    at.length(),
                    "a window of " + Durations.text(hopping.size()) + ", one every " + Durations.text(hopping.every())
                            + ", overlaps with more than " + SlicedWindows.MAX_SLICES + " others",
                    "make 'every' longer");
        }
        return Problem.error(at.at(), at.length(), String.valueOf(cause.getMessage()), null);
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

    private static SlicedWindows windows(JobSpec.Window window) {
        if (window instanceof JobSpec.Tumbling tumbling) {
            return SlicedWindows.tumbling(
                    tumbling.size().toMillis(), tumbling.offset().toMillis());
        }
        JobSpec.Hopping hopping = (JobSpec.Hopping) window;
        return SlicedWindows.hopping(
                hopping.size().toMillis(),
                hopping.every().toMillis(),
                hopping.offset().toMillis());
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
        if (windowed && step.late().accept().compareTo(Duration.ZERO) == 0) {
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
        return new Updates(step.name().value(), windowed, by, keys);
    }
}
