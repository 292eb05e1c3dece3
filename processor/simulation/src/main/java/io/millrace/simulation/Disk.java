package io.millrace.simulation;

import io.millrace.state.Cursor;
import io.millrace.state.OrderedBytes;
import io.millrace.state.StateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk that outlives the processes that use it. What a task has applied since its last flush is lost in a crash, from some point on: what
 * is left is the result of a prefix of what was applied, with its position.
 */
final class Disk {
    /** A task's stores at one moment; never changed. */
    record Image(Map<String, NavigableMap<byte[], byte[]>> stores, byte @Nullable [] position) {
        static final Image EMPTY = new Image(Map.of(), null);

        NavigableMap<byte[], byte[]> store(String name) {
            NavigableMap<byte[], byte[]> store = stores.get(name);
            return store == null ? new TreeMap<>(OrderedBytes::compare) : store;
        }
    }

    private final String name;
    /** Per task, the image that is safe, and those after it that may be lost. */
    private final Map<String, List<Image>> images = new LinkedHashMap<>();

    private final Set<String> damaged = new HashSet<>();
    private boolean full;

    Disk(String name) {
        this.name = name;
    }

    StateBackend mount(Incarnation process, Fate fate, Invariants invariants) {
        return new Mounted(process, fate, invariants);
    }

    /** The process that used it has died. */
    void crash(Dice dice) {
        images.replaceAll((task, all) -> new ArrayList<>(List.of(all.get(dice.below(all.size())))));
    }

    /** From now on nothing can be written, until there is room again. */
    void full(boolean now) {
        full = now;
    }

    /** What is here for a task can no longer be opened. */
    void damage(Dice dice) {
        if (!images.isEmpty()) {
            damaged.add(dice.pick(List.copyOf(images.keySet())));
        }
    }

    boolean isDamaged(String task) {
        return damaged.contains(task);
    }

    /** What is here for each task. */
    Map<String, Image> images() {
        Map<String, Image> last = new LinkedHashMap<>();
        images.forEach((task, all) -> last.put(task, all.get(all.size() - 1)));
        return last;
    }

    private List<Image> of(String task) {
        return images.computeIfAbsent(task, absent -> new ArrayList<>(List.of(Image.EMPTY)));
    }

    private final class Mounted implements StateBackend {
        private final Incarnation process;
        private final Fate fate;
        private final Invariants invariants;
        private final Map<String, Opened> open = new HashMap<>();

        Mounted(Incarnation process, Fate fate, Invariants invariants) {
            this.process = process;
            this.fate = fate;
            this.invariants = invariants;
        }

        @Override
        public TaskState open(String task, List<String> stores) {
            StateBackend.checkNames(task, stores);
            fate.between(process);
            if (open.containsKey(task)) {
                throw new IllegalStateException("the state of task " + task + " is open already");
            }
            if (damaged.contains(task)) {
                throw new StateUnavailableException(name + " is damaged where it holds task " + task, true, null);
            }
            Opened opened = new Opened(this, task, stores);
            open.put(task, opened);
            return opened;
        }

        @Override
        public Set<String> tasks() {
            return Set.copyOf(images.keySet());
        }

        @Override
        public void destroy(String task) {
            fate.between(process);
            if (open.containsKey(task)) {
                throw new IllegalStateException("close the state of task " + task + " before destroying it");
            }
            invariants.destroying(task, Disk.this);
            damaged.remove(task);
            images.remove(task);
        }

        @Override
        public long nativeMemoryBytes() {
            return 0;
        }

        @Override
        public void close() {
            List.copyOf(open.values()).forEach(Opened::close);
        }
    }

    private final class Opened implements TaskState {
        private final Mounted owner;
        private final String task;
        private final List<String> stores;
        private boolean closed;

        Opened(Mounted owner, String task, List<String> stores) {
            this.owner = owner;
            this.task = task;
            this.stores = List.copyOf(stores);
        }

        private Image image() {
            owner.process.check();
            if (closed) {
                throw new IllegalStateException("the state of task " + task + " is closed");
            }
            List<Image> all = of(task);
            return all.get(all.size() - 1);
        }

        @Override
        public byte @Nullable [] get(int store, byte[] key) {
            byte[] value = image().store(stores.get(store)).get(key);
            return value == null ? null : value.clone();
        }

        @Override
        public Cursor scan(int store, byte[] from, byte @Nullable [] to) {
            NavigableMap<byte[], byte[]> entries =
                    image().store(stores.get(store)).tailMap(from, true);
            return new Walk(to == null ? entries : entries.headMap(to, false));
        }

        @Override
        public byte @Nullable [] position() {
            byte[] position = image().position();
            return position == null ? null : position.clone();
        }

        @Override
        public StateBatch newBatch() {
            return new Batch();
        }

        @Override
        public void apply(StateBatch batch, byte[] position) {
            owner.fate.between(owner.process);
            Image before = image();
            if (full) {
                batch.close();
                throw new StateUnavailableException(name + " is full; make room", null);
            }
            if (!(batch instanceof Batch own)) {
                throw new IllegalArgumentException("the batch is not one of task " + task);
            }
            Map<String, NavigableMap<byte[], byte[]>> after = new HashMap<>();
            for (String store : stores) {
                NavigableMap<byte[], byte[]> copy = new TreeMap<>(OrderedBytes::compare);
                copy.putAll(before.store(store));
                after.put(store, copy);
            }
            own.changes.forEach(change -> change.applyTo(after));
            batch.close();
            Image image = new Image(after, position.clone());
            owner.invariants.applying(task, image);
            of(task).add(image);
        }

        @Override
        public void flush() {
            owner.fate.between(owner.process);
            Image image = image();
            of(task).clear();
            of(task).add(image);
        }

        @Override
        public boolean isDamaged() {
            return false;
        }

        @Override
        public long sizeBytes() {
            return 0;
        }

        @Override
        public void close() {
            if (!closed) {
                flush();
                closed = true;
                owner.open.remove(task);
            }
        }

        private final class Batch implements StateBatch {
            private final List<Change> changes = new ArrayList<>();
            private long sizeBytes;

            @Override
            public void put(int store, byte[] key, byte[] value) {
                changes.add(after -> entries(after, store).put(key.clone(), value.clone()));
                sizeBytes += key.length + value.length;
            }

            @Override
            public void delete(int store, byte[] key) {
                changes.add(after -> entries(after, store).remove(key));
                sizeBytes += key.length;
            }

            @Override
            public void deleteRange(int store, byte[] from, byte[] to) {
                changes.add(after -> {
                    if (OrderedBytes.compare(from, to) < 0) {
                        entries(after, store).subMap(from, true, to, false).clear();
                    }
                });
                sizeBytes += from.length + to.length;
            }

            private NavigableMap<byte[], byte[]> entries(Map<String, NavigableMap<byte[], byte[]>> after, int store) {
                NavigableMap<byte[], byte[]> entries = after.get(stores.get(store));
                if (entries == null) {
                    throw new IllegalArgumentException("task " + task + " has no store number " + store);
                }
                return entries;
            }

            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public void close() {
                // There is nothing to free.
            }
        }
    }

    private interface Change {
        void applyTo(Map<String, NavigableMap<byte[], byte[]>> stores);
    }

    private static final class Walk implements Cursor {
        private final Iterator<Map.Entry<byte[], byte[]>> entries;
        private Map.@Nullable Entry<byte[], byte[]> current;

        Walk(NavigableMap<byte[], byte[]> entries) {
            this.entries = entries.entrySet().iterator();
        }

        @Override
        public boolean next() {
            current = entries.hasNext() ? entries.next() : null;
            return current != null;
        }

        private Map.Entry<byte[], byte[]> current() {
            if (current == null) {
                throw new IllegalStateException("the cursor is not on an entry");
            }
            return current;
        }

        @Override
        public byte[] key() {
            return current().getKey().clone();
        }

        @Override
        public byte[] value() {
            return current().getValue().clone();
        }

        @Override
        public void close() {
            // There is nothing to free.
        }
    }
}
