package io.millrace.plan;

import io.millrace.plan.expression.Expression;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * That a stream corrects results that it gave before: a later row replaces the earlier one with the same key, or takes it back. The key
 * is the columns grouped by and, for results of windows, what tells the window.
 *
 * @param step the step that gives updates
 * @param bounds which of a window's start and end tell it, each for itself; empty if the updates are not results of windows
 * @param by the names of the columns that the key always has
 * @param keys the columns of the stream that belong to the key, by index in the stream and name in the step
 * @param cure what to write in the step to have its results once and for all
 */
record Updates(String step, List<String> bounds, List<String> by, List<Key> keys, String cure) {
    static final String WINDOW_START = "window_start";
    static final String WINDOW_END = "window_end";

    Updates {
        bounds = List.copyOf(bounds);
        by = List.copyOf(by);
        keys = List.copyOf(keys);
    }

    record Key(int column, String name) {}

    boolean windowed() {
        return !bounds.isEmpty();
    }

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
        boolean window = bounds.isEmpty() || bounds.stream().anyMatch(named::contains);
        return window && named.containsAll(by);
    }

    /** The names that a sink's key needs, for messages. */
    List<String> neededNames() {
        List<String> needed = new ArrayList<>(by);
        if (windowed()) {
            needed.add(bounds.get(0));
        }
        return needed;
    }

    /** Of the needed names those whose columns the stream no longer has. */
    List<String> lostNames() {
        return neededNames().stream().filter(name -> columnsOf(name).isEmpty()).toList();
    }

    /** A column of the stream for each of the needed names, as far as it has one. */
    List<Integer> neededColumns() {
        return neededNames().stream()
                .flatMap(name -> columnsOf(name).stream().limit(1))
                .toList();
    }

    /** The columns that will do for a needed name. */
    private List<Integer> columnsOf(String name) {
        return keys.stream()
                .filter(key -> key.name().equals(name) || (bounds.contains(name) && bounds.contains(key.name())))
                .map(Key::column)
                .toList();
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
        return new Updates(step, bounds, by, moved, cure);
    }
}
