package io.millrace.engine.operator.process;

import io.millrace.api.ListState;
import io.millrace.state.Cursor;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry per element, in the order of a number that the lists of all keys draw from: one counter for all is written once per checkpoint, and leaves nothing
 * behind when a list is gone.
 */
final class StoredList<T> implements ListState<T> {
    private final Entries entries;
    private final byte[] prefix;
    private final byte[] counter;

    StoredList(Entries entries, byte[] prefix, byte[] counter) {
        this.entries = entries;
        this.prefix = prefix;
        this.counter = counter;
    }

    @Override
    public void add(T element) {
        byte[] list = list();
        CallBuffer buffer = entries.call().buffer();
        byte[] stored = buffer.get(counter);
        long number = stored == null ? 0 : OrderedBytes.readLong(stored, 0);
        entries.put(OrderedBytes.concat(list, OrderedBytes.ofLong(number)), element);
        buffer.put(counter, OrderedBytes.ofLong(number + 1));
    }

    @Override
    @SuppressWarnings("unchecked") // The state's type says so.
    public List<T> toList() {
        byte[] list = list();
        List<T> elements = new ArrayList<>();
        try (Cursor cursor = entries.call().buffer().scan(list, OrderedBytes.prefixEnd(list))) {
            while (cursor.next()) {
                byte[] stored = cursor.value();
                if (entries.isAlive(stored)) {
                    elements.add((T) entries.valueOf(stored));
                }
            }
        }
        return elements;
    }

    @Override
    public boolean isEmpty() {
        return entries.isEmpty(list());
    }

    @Override
    public void set(List<T> elements) {
        clear();
        elements.forEach(this::add);
    }

    @Override
    public void clear() {
        entries.deleteAll(list());
    }

    private byte[] list() {
        return OrderedBytes.concat(prefix, entries.call().key());
    }
}
