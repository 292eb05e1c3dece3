package io.millrace.engine.task;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.engine.TaskId;
import io.millrace.engine.operator.RecordHeader;
import io.millrace.engine.operator.RecordSender;
import io.millrace.engine.operator.RecordTooLargeException;
import io.millrace.engine.operator.Tally;
import io.millrace.engine.time.Progress;
import io.millrace.engine.time.Watermarks;
import io.millrace.engine.topology.Stage;
import io.millrace.engine.topology.Topology;
import io.millrace.state.KeyValueStore;
import io.millrace.state.MemoryStateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.StoreBuffer;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task over memory state, as a worker does: what was not committed is gone after {@link #crash}. A transaction is full at so
 * many records.
 */
final class TaskBench {
    static final int PARTITIONS = 3;
    static final int MAX_RECORD_BYTES = 1_000;

    private final TaskId id;
    private final Topology topology;
    private final int recordsPerTransaction;
    private final MemoryStateBackend backend = new MemoryStateBackend();
    private final List<Sent> committed = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private List<List<Progress.Channel>> channels = new ArrayList<>();
    private long watermarkMs = Watermarks.NONE;
    private Transaction open;

    TaskBench(TaskId id, Topology topology, int recordsPerTransaction) {
        this.id = id;
        this.topology = topology;
        this.recordsPerTransaction = recordsPerTransaction;
        this.open = new Transaction();
    }

    TaskBench(TaskId id, Topology topology) {
        this(id, topology, Integer.MAX_VALUE);
    }

    /** A record as it was sent. */
    record Sent(
            String topic,
            int partition,
            long timeMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        String text() {
            return value == null ? "null" : new String(value, UTF_8);
        }

        String header(String name) {
            return headers.stream()
                    .filter(header -> header.key().equals(name))
                    .map(header -> header.value() == null ? "null" : new String(header.value(), UTF_8))
                    .findFirst()
                    .orElse("absent");
        }
    }

    /** A record as it is read. */
    record Read(String topic, int partition, long offset, byte @Nullable [] key, byte @Nullable [] value)
            implements InputRecord {
        static Read json(long offset, String value) {
            return new Read("clicks", 0, offset, null, value.replace('\'', '"').getBytes(UTF_8));
        }

        @Override
        public long timestampMs() {
            return 77;
        }

        @Override
        public List<RecordHeader> headers() {
            return List.of(new RecordHeader("trace", "t-1".getBytes(UTF_8)));
        }
    }

    Task task() {
        return open.task;
    }

    TaskInput input() {
        return task().inputs().get(0);
    }

    void read(InputRecord... records) {
        for (InputRecord record : records) {
            task().process(input(), record);
        }
    }

    /** Prepares and commits until nothing is interrupted any more; returns what was sent. */
    List<Sent> checkpoint() {
        int before = committed.size();
        boolean done;
        do {
            done = task().prepare();
            commit();
        } while (!done);
        return List.copyOf(committed.subList(before, committed.size()));
    }

    void commit() {
        if (open.state != null) {
            StateBatch batch = open.state.newBatch();
            open.stores.values().forEach(store -> store.drainTo(batch));
            open.state.apply(batch, new byte[0]);
            open.stores.values().forEach(StoreBuffer::clear);
        }
        committed.addAll(open.pending);
        open.pending.clear();
        channels = new ArrayList<>(
                task().inputs().stream().map(TaskInput::channels).toList());
        watermarkMs = task().watermarkMs();
        task().takeTallies((key, count) -> counts.merge(key.kind() + " " + key.step(), count, Long::sum));
    }

    /** Throws away what is not committed and makes a new task over the rest. */
    void crash() {
        if (open.state != null) {
            open.state.close();
        }
        open = new Transaction();
        for (int i = 0; i < channels.size(); i++) {
            task().inputs().get(i).resume(channels.get(i));
        }
        if (watermarkMs != Watermarks.NONE) {
            task().resumeAt(watermarkMs, false);
        }
    }

    /** Everything sent in committed transactions. */
    List<Sent> committed() {
        return committed;
    }

    long count(Tally.Kind kind, String step) {
        return counts.getOrDefault(kind + " " + step, 0L);
    }

    /** A task, and what it has done since the last commit. */
    private final class Transaction implements RecordSender {
        private final @Nullable TaskState state;
        private final Map<String, StoreBuffer> stores = new HashMap<>();
        private final List<Sent> pending = new ArrayList<>();
        private final Task task;

        Transaction() {
            List<Stage.Store> names = topology.stages().get(id.stage()).stores();
            state = names.isEmpty()
                    ? null
                    : backend.open(
                            id.toString(), names.stream().map(Stage.Store::name).toList());
            for (int i = 0; state != null && i < names.size(); i++) {
                stores.put(names.get(i).name(), new StoreBuffer(state, i));
            }
            task = new Task(id, topology, new TaskEnvironment(this::store, this, topic -> PARTITIONS, () -> 0));
        }

        private KeyValueStore store(String name) {
            StoreBuffer store = stores.get(name);
            if (store == null) {
                throw new IllegalStateException("no store " + name);
            }
            return store;
        }

        @Override
        public void send(
                String topic,
                int partition,
                long timeMs,
                byte @Nullable [] key,
                byte @Nullable [] value,
                List<RecordHeader> headers) {
            if (size(key) + size(value) > MAX_RECORD_BYTES) {
                throw new RecordTooLargeException("too large for " + topic);
            }
            pending.add(new Sent(topic, partition, timeMs, key, value, headers));
        }

        private static int size(byte @Nullable [] bytes) {
            return bytes == null ? 0 : bytes.length;
        }

        @Override
        public boolean isFull() {
            return pending.size() >= recordsPerTransaction;
        }
    }
}
