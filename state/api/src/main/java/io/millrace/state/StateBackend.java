package io.millrace.state;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Opens the committed state of tasks. One per process; it owns the memory budget that all tasks share. Thread-safe. */
public interface StateBackend extends AutoCloseable {
    /**
     * Opens, or creates empty, the state of one task. A store that is new is created empty; one that exists but is not listed
     * keeps what it has, for a job that lists it again.
     *
     * @param task the task's name, for example {@code 1_3}: letters, digits, {@code _} and {@code -}; also its directory's
     *     name
     * @param stores the names of its stores; a store's index in this list is its number in {@link TaskState}
     * @throws StateUnavailableException if it cannot be opened; the message says what to do
     * @throws IllegalStateException if the task is open already
     */
    TaskState open(String task, List<String> stores);

    /** The names of all tasks that something is kept for, open or not. */
    Set<String> tasks();

    /** Removes everything kept for a task; it must not be open. Does nothing if there is nothing. */
    void destroy(String task);

    /** Bytes of memory in use by the backend outside the Java heap (caches, write buffers, pinned blocks). */
    long nativeMemoryBytes();

    /** Closes it and the tasks still open, which nobody may be using any more. */
    @Override
    void close();

    /** Checks the arguments of {@link #open}, for every backend alike. */
    static void checkNames(String task, List<String> stores) {
        if (!Pattern.matches("[A-Za-z0-9_-]+", task)) {
            throw new IllegalArgumentException("not a task's name: \"" + task + "\"; use letters, digits, _ and -");
        }
        if (new HashSet<>(stores).size() != stores.size() || stores.contains("")) {
            throw new IllegalArgumentException(
                    "task " + task + ": store names must differ and not be empty: " + stores);
        }
    }
}
