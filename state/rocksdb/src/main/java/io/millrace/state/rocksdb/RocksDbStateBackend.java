package io.millrace.state.rocksdb;

import io.millrace.state.StateBackend;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.rocksdb.RocksDB;

/**
 * State in RocksDB under one directory, which belongs to one process at a time.
 *
 * <p>There is no write-ahead log: batches live in write buffers until a buffer fills, {@link TaskState#flush} or {@link
 * TaskState#close}. A crash loses what was not flushed, always whole batches and always the latest ones.
 *
 * <p>A {@link StateUnavailableException} with {@link StateUnavailableException#corrupt} may come from opening a task or from
 * any later use of it. Close the task (which may throw the same again, but does close it), {@link #destroy} and rebuild it.
 */
public final class RocksDbStateBackend implements StateBackend {
    private final StateDirectory directory;
    private final SharedHandles shared;
    private final Map<String, RocksDbTaskState> open = new HashMap<>();
    private boolean closed;

    /**
     * Takes the directory, creating it if need be.
     *
     * @param newInstanceId makes an id that is unique among all instances; called once in the directory's life
     * @throws StateUnavailableException if the directory cannot be written or another process has it
     */
    public RocksDbStateBackend(Path directory, RocksDbOptions options, Supplier<String> newInstanceId) {
        loadLibrary();
        this.directory = StateDirectory.lock(directory, newInstanceId);
        this.shared = new SharedHandles(options);
    }

    /** Identifies this directory, and so the process that has its state, over restarts. */
    public String instanceId() {
        return directory.instanceId();
    }

    @Override
    public synchronized TaskState open(String task, List<String> stores) {
        StateBackend.checkNames(task, stores);
        checkOpen();
        if (open.containsKey(task)) {
            throw new IllegalStateException("the state of task " + task + " is open already");
        }
        RocksDbTaskState state = RocksDbTaskState.open(task, directory.task(task), stores, shared, this::closeHandles);
        open.put(task, state);
        return state;
    }

    /** @throws StateUnavailableException if the directory cannot be listed */
    @Override
    public synchronized Set<String> tasks() {
        checkOpen();
        return directory.tasks();
    }

    @Override
    public synchronized void destroy(String task) {
        StateBackend.checkNames(task, List.of());
        checkOpen();
        if (open.containsKey(task)) {
            throw new IllegalStateException("close the state of task " + task + " before destroying it");
        }
        directory.destroy(task);
    }

    /** Near {@link RocksDbOptions#memoryBytes} after a while, because a cache is meant to be full; 0 when closed. */
    @Override
    public synchronized long nativeMemoryBytes() {
        if (closed) {
            return 0;
        }
        long tableReaderBytes = open.values().stream()
                .mapToLong(RocksDbTaskState::tableReaderBytes)
                .sum();
        return shared.memoryBytes() + tableReaderBytes;
    }

    /** @throws StateUnavailableException if a task could not be flushed; everything is closed all the same */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        StateUnavailableException failure = null;
        for (RocksDbTaskState state : List.copyOf(open.values())) {
            try {
                state.close();
            } catch (StateUnavailableException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        closed = true;
        shared.close();
        directory.close();
        if (failure != null) {
            throw failure;
        }
    }

    /** Under the lock, because {@link #nativeMemoryBytes} asks open databases from another thread. */
    private synchronized void closeHandles(RocksDbTaskState state) {
        state.closeHandles();
        open.remove(state.task());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the state backend is closed");
        }
    }

    private static void loadLibrary() {
        try {
            RocksDB.loadLibrary();
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new StateUnavailableException(
                    "the RocksDB library cannot be loaded (" + e + "). It is unpacked to "
                            + System.getProperty("java.io.tmpdir")
                            + ", which must be writable and not mounted noexec; another"
                            + " place can be named in the environment variable ROCKSDB_SHAREDLIB_DIR.",
                    e);
        }
    }
}
