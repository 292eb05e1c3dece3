package io.millrace.api;

import org.jspecify.annotations.Nullable;

/** One value per key; see {@link ProcessorContext}. */
public interface ValueState<T> {
    /** The value of the key at hand, or null. It is a copy: to change what is kept, {@link #set} it. */
    @Nullable
    T get();

    /** @throws IllegalArgumentException if the value is not of the state's type */
    void set(T value);

    void clear();
}
