package io.millrace.state.rocksdb;

/**
 * The bounds of a {@link RocksDbStateBackend}.
 *
 * @param memoryBytes native memory for block cache and write buffers of all tasks together, at least 1 MiB. Half of it at most
 *     is write buffers; when they are full, the task that writes flushes to disk. The cache evicts, and exceeds its bound only
 *     by what open cursors pin.
 * @param maxOpenFilesPerTask files that one task keeps open, at least 16; beyond it the longest unused is closed
 * @param backgroundThreads threads that flush and compact, for all tasks together, at least 2
 */
public record RocksDbOptions(long memoryBytes, int maxOpenFilesPerTask, int backgroundThreads) {
    private static final long MIN_MEMORY_BYTES = 1 << 20;
    private static final int MIN_OPEN_FILES = 16;
    private static final int MIN_BACKGROUND_THREADS = 2;
    private static final long MIN_MEMTABLE_BYTES = 64 << 10;
    private static final long MAX_MEMTABLE_BYTES = 64 << 20;

    public RocksDbOptions {
        checkAtLeast("memoryBytes", memoryBytes, MIN_MEMORY_BYTES);
        checkAtLeast("maxOpenFilesPerTask", maxOpenFilesPerTask, MIN_OPEN_FILES);
        checkAtLeast("backgroundThreads", backgroundThreads, MIN_BACKGROUND_THREADS);
    }

    /** What suits a process with a few dozen tasks; only the memory is for the user to say. */
    public static RocksDbOptions ofMemory(long memoryBytes) {
        return new RocksDbOptions(memoryBytes, 256, 2);
    }

    /** The part of the memory that write buffers may take. */
    long writeBuffersBytes() {
        return memoryBytes / 2;
    }

    /** So that some stores can fill a buffer each before the common bound makes them flush half-empty ones. */
    long memtableBytes() {
        return Math.max(MIN_MEMTABLE_BYTES, Math.min(MAX_MEMTABLE_BYTES, writeBuffersBytes() / 8));
    }

    /** A buffer grows by this; small, because with many tasks most of their stores have a nearly empty one. */
    long arenaBlockBytes() {
        return Math.min(128 << 10, memtableBytes() / 8);
    }

    private static void checkAtLeast(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " must be at least " + min + ", but is " + value);
        }
    }
}
