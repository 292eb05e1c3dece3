package io.millrace.state.rocksdb;

import io.millrace.state.Cursor;
import io.millrace.state.StateBatch;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task's database: a column family per store, and the position record in the default one.
 *
 * <p>Using a native handle after it was closed would crash the process, so every use checks first, and closing goes from the
 * inside out: cursors, column families, database.
 */
final class RocksDbTaskState implements TaskState {
    private static final Logger LOG = LoggerFactory.getLogger(RocksDbTaskState.class);

    /** Before a store's name, so that a store may be called "default". */
    private static final String STORE_PREFIX = "store:";

    private static final byte[] POSITION = "position".getBytes(StandardCharsets.UTF_8);

    private final String task;
    private final Path directory;
    private final SharedHandles shared;
    private final RocksDB database;

    /** Of every family on disk: the default one, the listed stores in their order, the unlisted stores. */
    private final List<ColumnFamilyHandle> families;

    private final int storeCount;
    private final Consumer<RocksDbTaskState> onClose;
    private final Set<RocksDbCursor> cursors = new HashSet<>();
    private boolean damaged;
    private boolean closed;

    private RocksDbTaskState(
            String task,
            Path directory,
            SharedHandles shared,
            RocksDB database,
            List<ColumnFamilyHandle> families,
            int storeCount,
            Consumer<RocksDbTaskState> onClose) {
        this.task = task;
        this.directory = directory;
        this.shared = shared;
        this.database = database;
        this.families = families;
        this.storeCount = storeCount;
        this.onClose = onClose;
    }

    /** @param onClose called once, after the last use of the database; must call {@link #closeHandles} */
    static RocksDbTaskState open(
            String task,
            Path directory,
            List<String> stores,
            SharedHandles shared,
            Consumer<RocksDbTaskState> onClose) {
        Set<String> names = new LinkedHashSet<>();
        names.add(new String(RocksDB.DEFAULT_COLUMN_FAMILY, StandardCharsets.UTF_8));
        stores.forEach(store -> names.add(STORE_PREFIX + store));
        try (Options options = new Options()) {
            List<String> unlisted = new ArrayList<>();
            for (byte[] family : RocksDB.listColumnFamilies(options, directory.toString())) {
                String name = new String(family, StandardCharsets.UTF_8);
                if (names.add(name)) {
                    unlisted.add(name.substring(STORE_PREFIX.length()));
                }
            }
            if (!unlisted.isEmpty()) {
                LOG.info("{}: the job no longer has the stores {}; their state is kept", directory, unlisted);
            }
            List<ColumnFamilyDescriptor> descriptors = names.stream()
                    .map(name -> new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), shared.family()))
                    .toList();
            List<ColumnFamilyHandle> families = new ArrayList<>();
            RocksDB database = RocksDB.open(shared.database(), directory.toString(), descriptors, families);
            return new RocksDbTaskState(task, directory, shared, database, families, stores.size(), onClose);
        } catch (RocksDBException e) {
            throw Failures.of("opening", directory, e);
        }
    }

    @Override
    public byte @Nullable [] get(int store, byte[] key) {
        try {
            return database.get(store(store), key);
        } catch (RocksDBException e) {
            throw failure("reading", e);
        }
    }

    @Override
    public Cursor scan(int store, byte[] from, byte @Nullable [] to) {
        RocksDbCursor cursor = new RocksDbCursor(this, store(store), from, to);
        cursors.add(cursor);
        return cursor;
    }

    @Override
    public byte @Nullable [] position() {
        checkOpen();
        try {
            return database.get(positions(), POSITION);
        } catch (RocksDBException e) {
            throw failure("reading", e);
        }
    }

    @Override
    public StateBatch newBatch() {
        checkOpen();
        return new RocksDbBatch(this);
    }

    @Override
    public void apply(StateBatch batch, byte[] position) {
        checkOpen();
        if (!(batch instanceof RocksDbBatch own) || own.owner() != this) {
            throw new IllegalArgumentException("the batch is not one of task " + task);
        }
        try (own) {
            own.open().put(positions(), POSITION, position);
            database.write(shared.write(), own.open());
        } catch (RocksDBException e) {
            throw failure("writing", e);
        }
    }

    @Override
    public void flush() {
        checkOpen();
        try {
            // All families by name: a flush asked for is atomic over those that it names only.
            database.flush(shared.flush(), families);
        } catch (RocksDBException e) {
            throw failure("flushing", e);
        }
    }

    @Override
    public boolean isDamaged() {
        return damaged;
    }

    @Override
    public long sizeBytes() {
        checkOpen();
        return property("rocksdb.total-sst-files-size") + property("rocksdb.cur-size-all-mem-tables");
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        List.copyOf(cursors).forEach(RocksDbCursor::close);
        try {
            if (!damaged) {
                flush();
            }
        } finally {
            closed = true;
            onClose.accept(this);
        }
    }

    String task() {
        return task;
    }

    /** Memory that the database uses outside the shared cache. The caller sees to it that the handles are not closed meanwhile. */
    long tableReaderBytes() {
        return property("rocksdb.estimate-table-readers-mem");
    }

    void closeHandles() {
        families.forEach(ColumnFamilyHandle::close);
        database.close();
    }

    ColumnFamilyHandle store(int store) {
        checkOpen();
        if (store < 0 || store >= storeCount) {
            throw new IllegalArgumentException(
                    "task " + task + " has no store number " + store + ", only " + storeCount + " stores");
        }
        return families.get(store + 1);
    }

    RocksIterator iterator(ColumnFamilyHandle store, ReadOptions options) {
        return database.newIterator(store, options);
    }

    void forget(RocksDbCursor cursor) {
        cursors.remove(cursor);
    }

    StateUnavailableException failure(String doing, RocksDBException cause) {
        StateUnavailableException failure = Failures.of(doing, directory, cause);
        damaged |= failure.corrupt();
        return failure;
    }

    private ColumnFamilyHandle positions() {
        return families.get(0);
    }

    private long property(String name) {
        try {
            return database.getAggregatedLongProperty(name);
        } catch (RocksDBException e) {
            throw failure("measuring", e);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the state of task " + task + " is closed");
        }
    }
}
