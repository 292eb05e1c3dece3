package io.millrace.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * State on the heap, for tests and simulations. What a task applied outlives {@link TaskState#close} for as long as this
 * object lives, so that closing and opening a task is like restarting a process with the same disk.
 */
public final class MemoryStateBackend implements StateBackend {
    private final Map<String, MemoryTaskState.Kept> disk = new HashMap<>();
    private final Map<String, MemoryTaskState> open = new HashMap<>();
    private boolean closed;

    public MemoryStateBackend() {}

    @Override
    public synchronized TaskState open(String task, List<String> stores) {
        StateBackend.checkNames(task, stores);
        if (closed) {
            throw new IllegalStateException("the state backend is closed");
        }
        if (open.containsKey(task)) {
            throw new IllegalStateException("the state of task " + task + " is open already");
        }
        MemoryTaskState.Kept kept = disk.computeIfAbsent(task, name -> new MemoryTaskState.Kept());
        MemoryTaskState state = new MemoryTaskState(task, kept, stores, () -> forget(task));
        open.put(task, state);
        return state;
    }

    @Override
    public synchronized Set<String> tasks() {
        return Set.copyOf(disk.keySet());
    }

    @Override
    public synchronized void destroy(String task) {
        if (open.containsKey(task)) {
            throw new IllegalStateException("close the state of task " + task + " before destroying it");
        }
        disk.remove(task);
    }

    /** Always 0: everything is on the heap. */
    @Override
    public long nativeMemoryBytes() {
        return 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        List.copyOf(open.values()).forEach(MemoryTaskState::close);
    }

    private synchronized void forget(String task) {
        open.remove(task);
    }
}
