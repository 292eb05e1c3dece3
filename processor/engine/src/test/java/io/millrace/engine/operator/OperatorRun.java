package io.millrace.engine.operator;

import io.millrace.serde.Row;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import io.millrace.state.MemoryStateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.StoreBuffer;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs one operator over memory stores in the way of a task: rows, and checkpoints that flush, advance and commit. What was not
 * committed is gone after {@link #rebuild}, the operator's fields included.
 */
public final class OperatorRun {
    private static final byte[] POSITION = {};

    private final OperatorFactory factory;
    private final List<String> storeNames;
    private final int rowsPerTransaction;
    private final MemoryStateBackend backend = new MemoryStateBackend();
    private final List<Row> committed = new ArrayList<>();
    private final List<Row> pending = new ArrayList<>();
    private final Map<String, List<Row>> committedSides = new HashMap<>();
    private final Map<String, List<Row>> pendingSides = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Sent> pendingSent = new ArrayList<>();
    private final Map<Tally.Kind, Long> counts = new EnumMap<>(Tally.Kind.class);
    private final Output output = new PendingOutput();
    private @Nullable Task task;
    private @Nullable Origin origin;
    private boolean mayTrail;
    private long nowMs;

    public OperatorRun(OperatorFactory factory, String... stores) {
        this(factory, Integer.MAX_VALUE, List.of(stores));
    }

    /** @param rowsPerTransaction after how many rows the output says that it is full */
    public OperatorRun(OperatorFactory factory, int rowsPerTransaction, List<String> stores) {
        this.factory = factory;
        this.rowsPerTransaction = rowsPerTransaction;
        this.storeNames = List.copyOf(stores);
        rebuild();
    }

    public void feed(Row... rows) {
        for (Row row : rows) {
            feed(0, row);
        }
    }

    public void feed(int port, Row row) {
        task().operator.process(port, row, output);
    }

    /** Sets the wall clock. */
    public void clock(long wallMs) {
        nowMs = wallMs;
    }

    /** Sets the record that rows fed from now on are made of. */
    public void origin(@Nullable Origin record) {
        origin = record;
    }

    /** Says that the stages behind may be ahead. */
    public void trail() {
        mayTrail = true;
    }

    /** Brings time to {@code watermarkMs}, in as many transactions as it takes, and returns what all of them emitted. */
    public List<Row> checkpoint(long watermarkMs) {
        int before = committed.size();
        boolean done;
        do {
            done = prepare(watermarkMs);
            commit();
        } while (!done);
        return List.copyOf(committed.subList(before, committed.size()));
    }

    /** Flushes and advances, but commits nothing; returns what {@code advance} returned. */
    public boolean prepare(long watermarkMs) {
        task().operator.flush(output);
        int before = pending.size();
        boolean done =
                task().operator.advance(watermarkMs, output) && task().operator.tick(output);
        if (!done && pending.isEmpty() && !isDirty()) {
            throw new AssertionError("advance stopped at a full output, but did nothing in this transaction");
        }
        if (pending.size() - before > rowsPerTransaction) {
            throw new AssertionError("advance emitted " + (pending.size() - before) + " rows into a full output");
        }
        return done;
    }

    public void commit() {
        StateBatch batch = task().state.newBatch();
        task().stores.values().forEach(store -> store.drainTo(batch));
        task().state.apply(batch, POSITION);
        task().stores.values().forEach(StoreBuffer::clear);
        task().tallies.forEach((kind, tally) -> counts.merge(kind, tally.take(), Long::sum));
        committed.addAll(pending);
        pending.clear();
        pendingSides.forEach((name, rows) ->
                committedSides.computeIfAbsent(name, first -> new ArrayList<>()).addAll(rows));
        pendingSides.clear();
        sent.addAll(pendingSent);
        pendingSent.clear();
    }

    /** Throws away the operator and everything uncommitted and makes a new operator over what is left. */
    public void rebuild() {
        pending.clear();
        pendingSides.clear();
        pendingSent.clear();
        if (task != null) {
            task.operator.close();
            task.state.close();
        }
        task = new Task();
    }

    /** All rows of committed transactions. */
    public List<Row> output() {
        return List.copyOf(committed);
    }

    /** Rows of a side output in committed transactions. */
    public List<Row> side(String name) {
        return List.copyOf(committedSides.getOrDefault(name, List.of()));
    }

    /** Records that were sent in committed transactions. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    /** Rows of the open transaction. */
    public List<Row> pending() {
        return List.copyOf(pending);
    }

    /** What was counted in committed transactions. */
    public long count(Tally.Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** Whether the open transaction has written to a store. */
    public boolean isDirty() {
        return task().stores.values().stream().anyMatch(StoreBuffer::isDirty);
    }

    /** How many entries of the stores the open transaction has written, and so how many records its changelogs would get. */
    public int dirtyEntries() {
        int[] entries = {0};
        task().stores.values().forEach(store -> store.forEachDirty((key, value) -> entries[0]++));
        return entries[0];
    }

    /** How many entries of a store's keys begin with this byte. */
    public int entries(String store, int firstByte) {
        int entries = 0;
        try (Cursor cursor =
                task().store(store).scan(new byte[] {(byte) firstByte}, new byte[] {(byte) (firstByte + 1)})) {
            while (cursor.next()) {
                entries++;
            }
        }
        return entries;
    }

    /** What each store holds, as text. */
    public Map<String, List<String>> storeContents() {
        Map<String, List<String>> contents = new HashMap<>();
        for (String store : storeNames) {
            List<String> entries = new ArrayList<>();
            try (Cursor cursor = task().store(store).scan(new byte[0], null)) {
                while (cursor.next()) {
                    entries.add(Arrays.toString(cursor.key()) + "=" + Arrays.toString(cursor.value()));
                }
            }
            contents.put(store, entries);
        }
        return contents;
    }

    public Operator operator() {
        return task().operator;
    }

    private Task task() {
        if (task == null) {
            throw new IllegalStateException("there is no task");
        }
        return task;
    }

    private final class PendingOutput implements Output {
        @Override
        public void emit(Row row) {
            pending.add(row);
        }

        @Override
        public Output side(String name) {
            return new Output() {
                @Override
                public void emit(Row row) {
                    pendingSides
                            .computeIfAbsent(name, first -> new ArrayList<>())
                            .add(row);
                }

                @Override
                public boolean isFull() {
                    return PendingOutput.this.isFull();
                }
            };
        }

        @Override
        public boolean isFull() {
            return pending.size() >= rowsPerTransaction;
        }
    }

    /** A record that the operator sent past its output. */
    public record Sent(
            String topic,
            int partition,
            long timeMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {}

    private final class PendingSender implements RecordSender {
        @Override
        public void send(
                String topic,
                int partition,
                long timeMs,
                byte @Nullable [] key,
                byte @Nullable [] value,
                List<RecordHeader> headers) {
            pendingSent.add(new Sent(topic, partition, timeMs, key, value, List.copyOf(headers)));
        }

        @Override
        public boolean isFull() {
            return output.isFull();
        }
    }

    /** What is lost in a crash: all but {@link #state}. */
    private final class Task implements OperatorContext {
        private final TaskState state = backend.open("0_0", storeNames);
        private final Map<String, StoreBuffer> stores = new HashMap<>();
        private final Map<Tally.Kind, Tally> tallies = new EnumMap<>(Tally.Kind.class);
        private final Operator operator;

        Task() {
            for (int i = 0; i < storeNames.size(); i++) {
                stores.put(storeNames.get(i), new StoreBuffer(state, i));
            }
            operator = factory.create(this);
        }

        @Override
        public KeyValueStore store(String name) {
            StoreBuffer store = stores.get(name);
            if (store == null) {
                throw new IllegalStateException("no store " + name);
            }
            return store;
        }

        @Override
        public Tally tally(Tally.Kind kind, String step) {
            return tallies.computeIfAbsent(kind, absent -> new Tally());
        }

        @Override
        public void failed(String step, RuntimeException cause) {
            tally(Tally.Kind.ERRORS, step).add(1);
        }

        @Override
        public @Nullable Origin origin() {
            return origin;
        }

        @Override
        public boolean mayTrail() {
            return mayTrail;
        }

        @Override
        public long nowMs() {
            return nowMs;
        }

        @Override
        public RecordSender sender() {
            return new PendingSender();
        }

        @Override
        public int partitions(String topic) {
            throw new IllegalStateException("this run has no topics");
        }
    }
}
