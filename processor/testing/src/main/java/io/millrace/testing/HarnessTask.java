package io.millrace.testing;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Origin;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.operator.process.ProcessOperator;
import io.millrace.serde.Row;
import io.millrace.state.KeyValueStore;
import io.millrace.state.MemoryStateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.StoreBuffer;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task of one operator: its committed state and output, and what the open transaction has added. Is the operator's output itself. */
final class HarnessTask implements OperatorContext, Output {
    private static final byte[] POSITION = {};
    private static final String MAIN = "";

    private final OperatorFactory factory;
    private final @Nullable String storeName;
    private final TaskState state;
    private final Rows committed = new Rows();
    private final Rows pending = new Rows();
    private StoreBuffer store;
    private Operator operator;
    private long nowMs;

    /** @param storeName null for none */
    HarnessTask(OperatorFactory factory, @Nullable String storeName) {
        this.factory = factory;
        this.storeName = storeName;
        this.state = new MemoryStateBackend().open("0_0", List.of(storeName == null ? "unused" : storeName));
        this.store = new StoreBuffer(state, 0);
        this.operator = factory.create(this);
    }

    Operator operator() {
        return operator;
    }

    void clock(long wallMs) {
        nowMs = wallMs;
    }

    void commit() {
        StateBatch batch = state.newBatch();
        store.drainTo(batch);
        state.apply(batch, POSITION);
        store.clear();
        committed.addAll(pending);
        pending.clear();
    }

    /** Forgets the open transaction and makes a new operator over what is committed. */
    void rebuild() {
        operator.close();
        pending.clear();
        store = new StoreBuffer(state, 0);
        operator = factory.create(this);
    }

    List<Row> take(@Nullable String side) {
        String name = side == null ? MAIN : side;
        List<Row> rows = committed.take(name);
        rows.addAll(pending.take(name));
        return rows;
    }

    List<RuntimeException> takeFailures() {
        List<RuntimeException> failures = new ArrayList<>(committed.failures);
        failures.addAll(pending.failures);
        committed.failures.clear();
        pending.failures.clear();
        return failures;
    }

    int stateSize() {
        return storeName == null ? 0 : ProcessOperator.entries(store);
    }

    void close() {
        operator.close();
        state.close();
    }

    @Override
    public void emit(Row row) {
        pending.add(MAIN, row);
    }

    @Override
    public Output side(String name) {
        return new Output() {
            @Override
            public void emit(Row row) {
                pending.add(name, row);
            }

            @Override
            public boolean isFull() {
                return false;
            }
        };
    }

    @Override
    public boolean isFull() {
        return false;
    }

    @Override
    public KeyValueStore store(String name) {
        if (!name.equals(storeName)) {
            throw new IllegalStateException("there is no store " + name);
        }
        return store;
    }

    @Override
    public Tally tally(Tally.Kind kind, String step) {
        return new Tally();
    }

    @Override
    public void failed(String step, RuntimeException cause) {
        pending.failures.add(cause);
    }

    @Override
    public @Nullable Origin origin() {
        return null;
    }

    @Override
    public boolean mayTrail() {
        return false;
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public RecordSender sender() {
        throw new IllegalStateException("a harness has no producer");
    }

    @Override
    public int partitions(String topic) {
        throw new IllegalStateException("a harness has no topics");
    }

    /** What came out, by the way that it came. */
    private static final class Rows {
        private final Map<String, List<Row>> rows = new HashMap<>();
        private final List<RuntimeException> failures = new ArrayList<>();

        void add(String way, Row row) {
            rows.computeIfAbsent(way, first -> new ArrayList<>()).add(row);
        }

        void addAll(Rows others) {
            others.rows.forEach((way, more) ->
                    rows.computeIfAbsent(way, first -> new ArrayList<>()).addAll(more));
            failures.addAll(others.failures);
        }

        List<Row> take(String way) {
            List<Row> taken = rows.remove(way);
            return taken == null ? new ArrayList<>() : taken;
        }

        void clear() {
            rows.clear();
            failures.clear();
        }
    }
}
