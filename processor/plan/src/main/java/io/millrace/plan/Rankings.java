package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.plan.expression.Ordering;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the steps that choose among the rows of a key: dedupe and top. A method's answer is null after reporting what is wrong. */
final class Rankings {
    static final String RANK = "rank";

    /** Results of one window have one event time, so a window of a millisecond holds all of them and nothing else. */
    private static final SlicedWindows ONE_TIME = SlicedWindows.tumbling(1, 0);

    private final Scope scope;

    Rankings(Scope scope) {
        this.scope = scope;
    }

    @Nullable
    Stream dedupe(Stream input, JobSpec.Dedupe step) {
        Updates updates = input.updates();
        if (updates != null) {
            scope.error(
                    step.name(),
                    "'" + step.name().value() + "' would take the updates of '" + updates.step()
                            + "' for duplicates of each other",
                    updates.makeFinal());
        }
        List<Integer> key = scope.keyColumns(input, step.key(), "key");
        if (updates != null || key == null) {
            return null;
        }
        Relation deduped = scope.add(new Relation.Deduped(input.relation(), step, key));
        if (step.keep() == JobSpec.Keep.FIRST) {
            return Stream.ofStep(deduped, null, input.timeType(), input.windowBounds());
        }
        Updates replacing = new Updates(
                step.name().value(), List.of(), names(step.key()), keys(key, step.key()), "write keep: first");
        return Stream.ofStep(deduped, replacing, input.timeType(), Set.of());
    }

    @Nullable
    Stream top(Stream input, JobSpec.Top step) {
        List<Integer> by = scope.keyColumns(input, step.by(), "by");
        List<Ordering> order = scope.over(input).order(step.order());
        boolean valid = namesAreFree(input, step);
        valid &= rankable(input, step, by);
        SlicedWindows windows = null;
        JobSpec.Window window = step.window();
        if (window != null) {
            // The reader lets no sessions pass.
            windows = (SlicedWindows) Windowing.of(scope, window, input.timeType());
            valid &= windows != null;
        }
        if (by == null || order == null || !valid || !isOrder(input, step, order)) {
            return null;
        }
        Updates updates = input.updates();
        if (window == null && by.stream().anyMatch(input.windowBounds()::contains)) {
            windows = ONE_TIME;
        }
        Relation ranked = scope.add(new Relation.Ranked(
                input.relation(),
                step,
                by,
                order,
                windows,
                window != null,
                updates == null ? null : updates.neededColumns(),
                outputs(input, window != null)));
        return stream(input, step, by, ranked, windows);
    }

    private static Stream stream(
            Stream input, JobSpec.Top step, List<Integer> by, Relation ranked, @Nullable SlicedWindows windows) {
        int inputs = input.columns().size();
        JobSpec.Window window = step.window();
        if (window != null) {
            return Stream.ofStep(ranked, null, input.timeType(), Windowing.bounds(window, inputs));
        }
        if (windows != null) {
            return Stream.ofStep(ranked, null, input.timeType(), input.windowBounds());
        }
        List<Updates.Key> keys = new ArrayList<>(keys(by, step.by()));
        keys.add(new Updates.Key(inputs, RANK));
        List<String> names = new ArrayList<>(names(step.by()));
        names.add(RANK);
        Updates updates = new Updates(step.name().value(), List.of(), names, keys, "give it a window");
        return Stream.ofStep(ranked, updates, input.timeType(), Set.of());
    }

    private boolean isOrder(Stream input, JobSpec.Top step, List<Ordering> order) {
        boolean is = true;
        for (Ordering item : order) {
            is &= scope.tellsApart(step.order(), input.columns().column(item.column()));
        }
        return is;
    }

    private static RowType outputs(Stream input, boolean bounds) {
        List<Column> columns = new ArrayList<>(input.columns().columns());
        if (bounds) {
            columns.add(new Column(Updates.WINDOW_START, input.timeType(), false));
            columns.add(new Column(Updates.WINDOW_END, input.timeType(), false));
        }
        columns.add(new Column(RANK, Scalar.BIGINT, false));
        return new RowType(columns);
    }

    private boolean namesAreFree(Stream input, JobSpec.Top step) {
        List<String> added =
                step.window() == null ? List.of(RANK) : List.of(Updates.WINDOW_START, Updates.WINDOW_END, RANK);
        boolean free = true;
        for (String name : added) {
            if (input.columns().indexOf(name) >= 0) {
                String what = name.equals(RANK) ? "the rank" : "the window";
                scope.error(
                        step.name(),
                        "'" + input.name() + "' already has a column " + name + ", and 'top' adds one for " + what,
                        "rename yours with 'set' and 'drop' before");
                free = false;
            }
        }
        return free;
    }

    /** Whether rows that replace others can be ranked: if it is known which one, and if it is in the same group. */
    private boolean rankable(Stream input, JobSpec.Top step, @Nullable List<Integer> by) {
        Updates updates = input.updates();
        if (updates == null || by == null) {
            return true;
        }
        String name = "'" + step.name().value() + "'";
        if (step.window() != null) {
            scope.error(
                    step.name(),
                    name + " would rank, in windows, the updates of '" + updates.step() + "'",
                    updates.makeFinal(),
                    "or leave out the window: the ranks then follow the updates");
            return false;
        }
        List<String> lost = updates.lostNames();
        if (!lost.isEmpty()) {
            scope.error(
                    step.name(),
                    name + " cannot tell which result an update of '" + updates.step() + "' replaces",
                    "keep " + String.join(", ", lost) + " as '" + updates.step() + "' gave "
                            + (lost.size() == 1 ? "it" : "them"),
                    "or " + updates.makeFinal());
            return false;
        }
        return scope.isKeptBy(updates, by, step.by(), "would leave their old group without notice", "rank");
    }

    private static List<String> names(List<Text> texts) {
        return texts.stream().map(Text::value).toList();
    }

    private static List<Updates.Key> keys(List<Integer> columns, List<Text> names) {
        List<Updates.Key> keys = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            keys.add(new Updates.Key(columns.get(i), names.get(i).value()));
        }
        return keys;
    }
}
