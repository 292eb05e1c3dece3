package io.millrace.runtime;

import io.millrace.state.Cursor;
import io.millrace.state.MemoryStateBackend;
import io.millrace.state.StateBackend;
import io.millrace.state.StateBatch;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** State in memory, of which that of single tasks can be damaged: every use of it fails then, until it is destroyed. */
final class DamagedBackend implements StateBackend {
    private final MemoryStateBackend memory = new MemoryStateBackend();
    private final Set<String> damaged = new HashSet<>();
    private final List<String> destroyed = new ArrayList<>();

    void damage(String task) {
        damaged.add(task);
    }

    List<String> destroyed() {
        return destroyed;
    }

    @Override
    public TaskState open(String task, List<String> stores) {
        return new State(task, memory.open(task, stores));
    }

    @Override
    public void destroy(String task) {
        memory.destroy(task);
        damaged.remove(task);
        destroyed.add(task);
    }

    @Override
    public Set<String> tasks() {
        return memory.tasks();
    }

    @Override
    public long nativeMemoryBytes() {
        return 0;
    }

    @Override
    public void close() {
        memory.close();
    }

    private final class State implements TaskState {
        private final String task;
        private final TaskState state;

        State(String task, TaskState state) {
            this.task = task;
            this.state = state;
        }

        private TaskState healthy() {
            if (damaged.contains(task)) {
                throw new StateUnavailableException("the files of task " + task + " are damaged", true, null);
            }
            return state;
        }

        @Override
        public byte @Nullable [] get(int store, byte[] key) {
            return healthy().get(store, key);
        }

        @Override
        public Cursor scan(int store, byte[] from, byte @Nullable [] to) {
            return healthy().scan(store, from, to);
        }

        @Override
        public byte @Nullable [] position() {
            return healthy().position();
        }

        @Override
        public StateBatch newBatch() {
            return state.newBatch();
        }

        @Override
        public void apply(StateBatch batch, byte[] position) {
            healthy().apply(batch, position);
        }

        @Override
        public void flush() {
            healthy().flush();
        }

        @Override
        public boolean isDamaged() {
            return damaged.contains(task);
        }

        @Override
        public long sizeBytes() {
            return state.sizeBytes();
        }

        @Override
        public void close() {
            state.close();
        }
    }
}
