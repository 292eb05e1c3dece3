package io.millrace.api;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A map per key; see {@link ProcessorContext}. Each entry is kept on its own: reading and writing one costs the same however large the map is. */
public interface MapState<K, V> {
    /** The value under a map key for the key at hand, or null. It is a copy. */
    @Nullable
    V get(K key);

    boolean contains(K key);

    /** @throws IllegalArgumentException if key or value are not of the state's types */
    void put(K key, V value);

    void remove(K key);

    /** Whether there are no entries for the key at hand. */
    boolean isEmpty();

    /**
     * Shows all entries of the key at hand in the order of their map keys, without loading them all. The consumer may change the map: what it
     * does to entries already shown is always safe, other changes may or may not be seen.
     */
    void forEach(BiConsumer<? super K, ? super V> consumer);

    /** Removes all entries of the key at hand; costs as much as there are. */
    void clear();
}
