package io.millrace.plan;

import io.millrace.plan.expression.Expression;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * That a stream corrects results that it gave before: a later row replaces the earlier one with the same key, or takes it back. The key
 * is the columns grouped by, and the window's start or end: either of them tells the window.
 *
 * @param step the step that gives updates
 * @param windowed whether they are results of windows
 * @param by the names of the columns that the key always has
 * @param keys the columns of the stream that belong to the key, by index in the stream and name in the step
 * @param cure what to write in the step to have its results once and for all
 */
record Updates(String step, boolean windowed, List<String> by, List<Key> keys, String cure) {
    static final String WINDOW_START = "window_start";
    static final String WINDOW_END = "window_end";

    Updates {
        by = List.copyOf(by);
        keys = List.copyOf(keys);
    }

    record Key(int column, String name) {}

    /** The columns that never change for one key. */
    Set<Integer> keyColumns() {
        Set<Integer> columns = new HashSet<>();
        keys.forEach(key -> columns.add(key.column()));
        return columns;
    }

    /** Whether these columns tell every key from every other. */
    boolean isDeterminedBy(Set<Integer> columns) {
        Set<String> named = new HashSet<>();
        for (Key key : keys) {
            if (columns.contains(key.column())) {
                named.add(key.name());
            }
        }
        boolean window = !windowed || named.contains(WINDOW_START) || named.contains(WINDOW_END);
        return window && named.containsAll(by);
    }

    /** The names that a sink's key needs, for messages. */
    List<String> neededNames() {
        List<String> needed = new ArrayList<>(by);
        if (windowed) {
            needed.add(WINDOW_START);
        }
        return needed;
    }

    /** Of the needed names those whose columns the stream no longer has. */
    List<String> lostNames() {
        Set<String> present = new HashSet<>();
        keys.forEach(key -> present.add(key.name()));
        if (present.contains(WINDOW_END)) {
            present.add(WINDOW_START);
        }
        return neededNames().stream().filter(name -> !present.contains(name)).toList();
    }

    /** What to do about it, for messages. */
    String makeFinal() {
        return "make the results of '" + step + "' final: " + cure;
    }

    /** The same behind a projection: a key column that is computed or left out is no key column any more. */
    Updates through(List<Expression> outputs) {
        List<Key> moved = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            int from = outputs.get(i).column();
            for (Key key : keys) {
                if (key.column() == from) {
                    moved.add(new Key(i, key.name()));
                }
            }
        }
        return new Updates(step, windowed, by, moved, cure);
    }
}
