package io.millrace.engine.operator.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.serde.DataType;
import io.millrace.serde.DataTypes;
import io.millrace.state.KeyValueStore;
import java.util.HashSet;
import java.util.Set;

/** The state that custom code has asked for, beside what the store holds from earlier versions of it. */
final class StateDeclarations {
    private final String step;
    private final KeyValueStore store;
    private final Set<String> names = new HashSet<>();

    StateDeclarations(String step, KeyValueStore store) {
        this.step = step;
        this.store = store;
    }

    /**
     * Notes a piece of state and returns what its entries begin with.
     *
     * @param type for a map, the type of the map
     * @throws IllegalArgumentException if the name cannot be one
     * @throws IllegalStateException if the name is taken, or what is kept under it cannot be read as {@code type}
     */
    byte[] declare(byte kind, String name, DataType type) {
        byte[] prefix = StateKeys.state(kind, name);
        if (!names.add(name)) {
            throw new IllegalStateException("step " + step + ": state \"" + name + "\" is asked for twice");
        }
        byte[] key = StateKeys.type(kind, name);
        byte[] kept = store.get(key);
        if (kept != null) {
            DataType before = DataTypes.parse(new String(kept, UTF_8));
            if (before.equals(type)) {
                return prefix;
            }
            if (!DataType.reads(before, type)) {
                throw new IllegalStateException("step " + step + ": state \"" + name + "\" is kept as " + before.sql()
                        + " and cannot be read as " + type.sql() + "; give the new state another name");
            }
        }
        store.put(key, type.sql().getBytes(UTF_8));
        return prefix;
    }
}
