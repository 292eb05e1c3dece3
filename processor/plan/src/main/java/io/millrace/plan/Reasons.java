package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.serde.RowType;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What nodes and exchanges say of themselves in {@link Explain}. */
final class Reasons {
    private Reasons() {}

    static String names(RowType columns, List<Integer> indexes) {
        return indexes.stream().map(index -> columns.column(index).name()).collect(Collectors.joining(", "));
    }

    private static String together(RowType columns, List<Integer> indexes) {
        String list = names(columns, indexes);
        return indexes.size() > 1 ? "(" + list + ")" : list;
    }

    /** {@code views = COUNT(*), users = COUNT(DISTINCT user_id)}. */
    static String values(JobSpec.Aggregate step) {
        return step.values().entrySet().stream()
                .map(entry -> entry.getKey().value() + " = " + LogicalPlanner.oneLine(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** {@code views, users}. */
    static String valueNames(JobSpec.Aggregate step) {
        return step.values().keySet().stream().map(Text::value).collect(Collectors.joining(", "));
    }

    static String keeps(Relation.Grouped grouped) {
        List<String> kept = grouped.aggregation().input().stream()
                .filter(expression -> expression.column() >= 0)
                .map(expression ->
                        grouped.input().columns().column(expression.column()).name())
                .toList();
        long computed = grouped.aggregation().input().stream()
                .filter(expression -> expression.column() < 0)
                .count();
        String more = computed == 0 ? "" : (kept.isEmpty() ? "" : " and ") + computed + " computed for its values";
        String some = String.join(", ", kept) + more;
        return "keep " + (some.isEmpty() ? "no column" : some);
    }

    static String local(Relation.Grouped grouped) {
        return "add up " + per(grouped) + until(grouped.step()) + ", flushed before each checkpoint";
    }

    static String aggregate(Relation.Grouped grouped) {
        JobSpec.Aggregate step = grouped.step();
        String emits = step.window() == null
                ? "; an update with each row that changes a result"
                : step.late().accept().isZero()
                        ? "; one result when a window closes"
                        : "; results when a window closes, corrected for "
                                + Durations.text(step.late().accept());
        return "aggregate " + per(grouped) + window(step) + ": " + values(step) + emits;
    }

    /** @param hashed the input's columns that it is distributed by, if known */
    static String exchange(Relation.Grouped grouped, @Nullable List<Integer> hashed) {
        if (grouped.by().isEmpty()) {
            return "one group for all rows needs them in one place";
        }
        String by = together(grouped.input().columns(), grouped.by());
        if (hashed == null) {
            return "rows of one " + by + " may be in any partition";
        }
        return "the stream is distributed by " + names(grouped.input().columns(), hashed) + ", so rows of one " + by
                + " may be in several partitions";
    }

    static String noExchange(Relation.Grouped grouped, List<Integer> hashed) {
        if (hashed.isEmpty()) {
            return "no exchange: all rows are in one partition already";
        }
        return "no exchange: the stream is distributed by "
                + names(grouped.input().columns(), hashed) + ", so rows of one "
                + together(grouped.input().columns(), grouped.by()) + " are in one partition already";
    }

    static String sink(JobSpec.Sink sink, RowType columns) {
        String key = sink.key().stream().map(Text::value).collect(Collectors.joining(", "));
        String keyFormat = Topics.keyFormat(sink).value();
        String keyed = sink.key().isEmpty() ? ", without keys" : ", key " + key + " as " + keyFormat;
        return "write " + sink.format().value() + " to " + sink.topic().value() + keyed + ": " + columns;
    }

    private static String per(Relation.Grouped grouped) {
        return grouped.by().isEmpty()
                ? "all rows"
                : "by " + names(grouped.input().columns(), grouped.by());
    }

    private static String until(JobSpec.Aggregate step) {
        JobSpec.Window window = step.window();
        if (window instanceof JobSpec.Hopping hopping) {
            return " per slice of " + Durations.text(hopping.every());
        }
        return window instanceof JobSpec.Tumbling tumbling ? " per window of " + Durations.text(tumbling.size()) : "";
    }

    private static String window(JobSpec.Aggregate step) {
        JobSpec.Window window = step.window();
        if (window instanceof JobSpec.Hopping hopping) {
            return " in windows of " + Durations.text(hopping.size()) + ", one every "
                    + Durations.text(hopping.every());
        }
        return window instanceof JobSpec.Tumbling tumbling ? " in windows of " + Durations.text(tumbling.size()) : "";
    }
}
