package io.millrace.api;

import java.util.List;

/** A list per key; see {@link ProcessorContext}. Each element is an entry of its own: adding costs the same however long the list is. */
public interface ListState<T> {
    /** Adds an element at the end. @throws IllegalArgumentException if it is not of the state's type */
    void add(T element);

    /** The elements of the key at hand, the oldest first; empty if there are none. A copy, on the heap as a whole. */
    List<T> toList();

    /** Whether there are none; cheaper than {@link #toList}. */
    boolean isEmpty();

    /** Replaces all elements. */
    void set(List<T> elements);

    /** Removes all elements; costs as much as there are. */
    void clear();
}
