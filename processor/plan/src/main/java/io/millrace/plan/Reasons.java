package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.Windows;
import io.millrace.serde.RowType;
import java.time.Duration;
import java.time.ZoneOffset;
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
        JobSpec.Window window = grouped.step().window();
        String until = window == null ? "" : " per " + Windowing.sliceText(window);
        return "add up " + per(grouped) + until + ", flushed before each checkpoint";
    }

    static String aggregate(Relation.Grouped grouped) {
        JobSpec.Aggregate step = grouped.step();
        JobSpec.Window window = step.window();
        String in = window == null
                ? ""
                : " in " + Windowing.text(window) + zone(grouped.spec().windows());
        String lateTopic = grouped.spec().lateTopic();
        String late = lateTopic == null ? "" : "; late records go to " + lateTopic + " as they were read";
        return "aggregate " + per(grouped) + in + ": " + values(step) + emits(step) + late;
    }

    /** The zone that windows start by, where it is not UTC. */
    private static String zone(@Nullable Windows windows) {
        return windows instanceof SlicedWindows sliced && !sliced.zone().equals(ZoneOffset.UTC)
                ? " by the clock of " + sliced.zone()
                : "";
    }

    private static String emits(JobSpec.Aggregate step) {
        if (step.window() == null) {
            return step.emit() instanceof JobSpec.Emit.Final
                    ? "; one result per group at the end"
                    : "; an update with each row that changes a result";
        }
        Duration accept = step.late().accept();
        String corrected = accept.isZero() ? "" : ", corrected for " + Durations.text(accept);
        if (step.emit() instanceof JobSpec.Emit.Early early) {
            return "; early results every " + Durations.text(early.every()) + ", the last one when a window closes"
                    + corrected;
        }
        if (step.emit() instanceof JobSpec.Emit.Updates) {
            return "; an update with each row that changes a result, the last one when a window closes" + corrected;
        }
        return accept.isZero() ? "; one result when a window closes" : "; results when a window closes" + corrected;
    }

    static String exchange(Relation.Grouped grouped, @Nullable List<Integer> hashed) {
        String why = exchange(grouped.input().columns(), grouped.by(), hashed);
        JobSpec.Aggregate step = grouped.step();
        if (step.window() instanceof JobSpec.Session) {
            return why + "; which rows make a session is known only there, so nothing is added up before";
        }
        if (step.window() != null && step.emit() instanceof JobSpec.Emit.Updates) {
            return why + "; each row gives a result of its own, so nothing is added up before";
        }
        return why;
    }

    /**
     * @param by the columns whose rows must come together
     * @param hashed the columns that the rows are distributed by, if known
     */
    static String exchange(RowType columns, List<Integer> by, @Nullable List<Integer> hashed) {
        if (by.isEmpty()) {
            return "one group for all rows needs them in one place";
        }
        String together = together(columns, by);
        if (hashed == null) {
            return "rows of one " + together + " may be in any partition";
        }
        return "the stream is distributed by " + names(columns, hashed) + ", so rows of one " + together
                + " may be in several partitions";
    }

    static String noExchange(RowType columns, List<Integer> by, List<Integer> hashed) {
        if (hashed.isEmpty()) {
            return "no exchange: all rows are in one partition already";
        }
        return "no exchange: the stream is distributed by " + names(columns, hashed) + ", so rows of one "
                + together(columns, by) + " are in one partition already";
    }

    static String dedupe(JobSpec.Dedupe step) {
        String key = step.key().stream().map(Text::value).collect(Collectors.joining(", "));
        String within = Durations.text(step.within());
        return step.keep() == JobSpec.Keep.FIRST
                ? "dedupe by " + key + ": the first row of those within " + within + "; once time has come to it"
                : "dedupe by " + key + ": the last row of those within " + within + "; each replaces the one before";
    }

    static String top(Relation.Ranked ranked) {
        JobSpec.Top step = ranked.step();
        String by = step.by().isEmpty() ? "" : " per " + names(ranked.input().columns(), ranked.by());
        JobSpec.Window window = step.window();
        String emits;
        if (window != null) {
            emits = "; when a window closes";
        } else if (ranked.windows() != null) {
            emits = "; when a window of the results that it ranks closes";
        } else {
            emits = "; updates with each row that changes a rank; its state holds "
                    + (ranked.uniqueKey() == null ? "the first rows of each group" : "every row")
                    + " and never expires";
        }
        String in = window == null ? "" : " in " + Windowing.text(window) + zone(ranked.windows());
        return "top " + step.limit() + by + in + ": order by " + LogicalPlanner.oneLine(step.order()) + emits;
    }

    static String process(Relation.Processed processed) {
        JobSpec.Process step = processed.step();
        String by = step.by().isEmpty() ? "" : " by " + names(processed.input().columns(), processed.by());
        String sides = step.outputs().entrySet().stream()
                .map(entry -> entry.getKey().value() + " to " + entry.getValue().value())
                .collect(Collectors.joining(", "));
        return "process" + by + " with " + step.className().value() + (sides.isEmpty() ? "" : "; " + sides);
    }

    static String sink(JobSpec.Sink sink, RowType columns, boolean marked) {
        String key = sink.key().stream().map(Text::value).collect(Collectors.joining(", "));
        String keyFormat = Topics.keyFormat(sink).value();
        String keyed = sink.key().isEmpty() ? ", without keys" : ", key " + key + " as " + keyFormat;
        String mark = marked ? "; a header says whether a result is final" : "";
        return "write " + sink.format().value() + " to " + sink.topic().value() + keyed + ": " + columns + mark;
    }

    private static String per(Relation.Grouped grouped) {
        return grouped.by().isEmpty()
                ? "all rows"
                : "by " + names(grouped.input().columns(), grouped.by());
    }
}
