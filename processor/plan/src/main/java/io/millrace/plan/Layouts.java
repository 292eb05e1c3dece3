package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.engine.operator.aggregate.AggregateCall;
import io.millrace.engine.operator.aggregate.AggregateSpec;
import io.millrace.engine.operator.aggregate.Emit;
import io.millrace.engine.operator.aggregate.SessionWindows;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.engine.operator.aggregate.Windows;
import io.millrace.engine.operator.dedupe.DedupeSpec;
import io.millrace.engine.operator.dedupe.Keep;
import io.millrace.engine.operator.top.Order;
import io.millrace.engine.operator.top.TopSpec;
import io.millrace.engine.topology.Layout;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says what the bytes of stores and exchanges mean. That is what the step itself says, and the columns that it takes by name and type; what
 * the steps before it compute into these columns is not part of it, and a change there counts from the next record on.
 *
 * <p>The number behind each form is the version of the operator's encoding: a change to the bytes that it writes must raise it.
 */
final class Layouts {
    private static final String RUNNING = "running aggregate 1";
    private static final String FINAL = "final aggregate 1";
    private static final String WINDOWED = "windowed aggregate 1";
    private static final String SESSIONS = "session aggregate 1";
    private static final String DEDUPE_FIRST = "dedupe keeping the first 1";
    private static final String DEDUPE_LAST = "dedupe keeping the last 1";
    private static final String RUNNING_TOP = "running top 1";
    private static final String WINDOWED_TOP = "windowed top 1";
    private static final String CUSTOM = "custom code 1";
    private static final String ROWS = "rows 1";
    private static final String ARGUMENTS = "arguments 1";
    private static final String PARTIALS = "partial sums 1";

    private static final String KEY = "key";
    private static final String WINDOW = "window";

    private Layouts() {}

    static Layout aggregate(AggregateSpec spec, List<String> calls) {
        Map<String, String> parts = new LinkedHashMap<>();
        sums(spec, calls, parts);
        if (spec.windows() instanceof SlicedWindows windows && windows.isCumulating()) {
            // Without lateness a slice goes as soon as it is rolled up.
            parts.put("closed slices", spec.latenessMs() > 0 ? "kept" : "rolled up");
        }
        if (spec.windows() != null) {
            parts.put(Layout.LATENESS_MS, Long.toString(spec.latenessMs()));
        }
        return new Layout(form(spec), parts);
    }

    private static String form(AggregateSpec spec) {
        if (spec.windows() == null) {
            return spec.emit() instanceof Emit.Final ? FINAL : RUNNING;
        }
        return spec.windows() instanceof SessionWindows ? SESSIONS : WINDOWED;
    }

    private static void sums(AggregateSpec spec, List<String> calls, Map<String, String> parts) {
        parts.put(KEY, columns(spec.input().columns().subList(0, spec.keyCount())));
        window(spec.windows(), parts);
        parts.put("values", String.join(", ", calls));
        parts.put("sums", spec.calls().stream().map(Layouts::call).collect(Collectors.joining(", ")));
    }

    /** {@code COUNT(DISTINCT STRING) FILTER BIGINT}. */
    private static String call(AggregateCall call) {
        DataType argument = call.argumentType();
        return call.function() + "(" + (call.distinct() ? "DISTINCT " : "") + (argument == null ? "*" : argument.sql())
                + ")" + (call.filter() < 0 ? "" : " FILTER") + " "
                + call.resultType().sql();
    }

    private static void window(@Nullable Windows windows, Map<String, String> parts) {
        if (windows instanceof SessionWindows sessions) {
            parts.put(WINDOW, "session " + text(sessions.gapMs()));
        } else if (windows instanceof SlicedWindows sliced) {
            String kind = sliced.isTumbling() ? "tumbling" : sliced.isCumulating() ? "cumulating" : "hopping";
            parts.put(
                    WINDOW,
                    kind + " " + text(sliced.sizeMs())
                            + (sliced.isTumbling() ? "" : " every " + text(sliced.everyMs()))
                            + (sliced.offsetMs() == 0 ? "" : " offset " + text(sliced.offsetMs())));
            parts.put("time zone", sliced.zone().normalized().getId());
        }
    }

    static Layout dedupe(DedupeSpec spec) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(KEY, columns(spec.input(), spec.key()));
        parts.put("within", text(spec.withinMs()));
        if (spec.keep() == Keep.LAST) {
            return new Layout(DEDUPE_LAST, parts);
        }
        parts.put(Layout.ROWS, rows(spec.input()));
        return new Layout(DEDUPE_FIRST, parts);
    }

    static Layout top(TopSpec spec) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(KEY, columns(spec.input(), spec.by()));
        window(spec.windows(), parts);
        parts.put(
                "order",
                spec.order().stream().map(order -> order(spec.input(), order)).collect(Collectors.joining(", ")));
        // What ranks behind has been removed, or is not looked at any more.
        parts.put("limit", Integer.toString(spec.limit()));
        List<Integer> unique = spec.uniqueKey();
        if (unique != null) {
            parts.put("rows replaced by", columns(spec.input(), unique));
        }
        parts.put(Layout.ROWS, rows(spec.input()));
        return new Layout(spec.windows() == null ? RUNNING_TOP : WINDOWED_TOP, parts);
    }

    private static String order(RowType input, Order order) {
        return columns(input, List.of(order.column()))
                + (order.descending() ? " DESC" : " ASC")
                + (order.nullsFirst() ? " NULLS FIRST" : " NULLS LAST");
    }

    /** The names and types of its state are kept, and looked at, by the operator: they come from code that runs only there. */
    static Layout process(JobSpec.Process step, RowType input, List<Integer> by) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("class", step.className().value());
        parts.put(KEY, columns(input, by));
        return new Layout(CUSTOM, parts);
    }

    /** An exchange of rows of their own. */
    static Layout rows(RowType rows, List<Integer> key) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(KEY, columns(rows, key));
        parts.put(Layout.ROWS, rows(rows));
        return new Layout(ROWS, parts);
    }

    /** An exchange of the columns grouped by and the arguments of the calls, which have no names of their own. */
    static Layout arguments(AggregateSpec spec, List<String> calls) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put(KEY, columns(spec.input().columns().subList(0, spec.keyCount())));
        parts.put("arguments of", String.join(", ", calls));
        parts.put("columns", rows(spec.input()));
        return new Layout(ARGUMENTS, parts);
    }

    /** An exchange of what rows were added up to before. */
    static Layout partials(AggregateSpec spec, List<String> calls) {
        Map<String, String> parts = new LinkedHashMap<>();
        sums(spec, calls, parts);
        return new Layout(PARTIALS, parts);
    }

    private static String columns(RowType rows, List<Integer> places) {
        return columns(places.stream().map(rows::column).toList());
    }

    /** Names and types of columns. Their being nullable makes no difference to the bytes of a key. */
    private static String columns(List<Column> columns) {
        return rows(new RowType(columns.stream()
                .map(column -> new Column(column.name(), column.type()))
                .toList()));
    }

    /** {@link io.millrace.serde.DataTypes#parse} reads it back. */
    private static String rows(RowType rows) {
        return new DataType.Struct(rows).sql();
    }

    private static String text(long durationMs) {
        return Durations.text(Duration.ofMillis(durationMs));
    }
}
