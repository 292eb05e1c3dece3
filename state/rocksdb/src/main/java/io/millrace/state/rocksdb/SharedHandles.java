package io.millrace.state.rocksdb;

import java.util.Arrays;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/** The native objects that all tasks' databases share: cache, write buffer bound, options. Close it after the databases. */
final class SharedHandles implements AutoCloseable {
    private static final int LEVELS = 7;

    /** Indexes and filters are worth more than data blocks: without them each read of a file costs two more. */
    private static final double CACHE_FOR_INDEXES = 0.3;

    private final Cache cache;
    private final WriteBufferManager writeBuffers;
    private final BloomFilter filter = new BloomFilter(10);
    private final DBOptions database;
    private final ColumnFamilyOptions family;

    // The changelog is the log: what a crash takes from the memtables is replayed from there.
    private final WriteOptions write = new WriteOptions().setDisableWAL(true);
    private final FlushOptions flush = new FlushOptions().setWaitForFlush(true);

    SharedHandles(RocksDbOptions options) {
        cache = new LRUCache(options.memoryBytes(), -1, false, CACHE_FOR_INDEXES);
        writeBuffers = new WriteBufferManager(options.writeBuffersBytes(), cache);
        database = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // All stores and the position record reach the disk together, so that without a log what is on the disk
                // is
                // always the result of a prefix of the applied batches.
                .setAtomicFlush(true)
                .setWriteBufferManager(writeBuffers)
                .setMaxBackgroundJobs(options.backgroundThreads())
                .setMaxOpenFiles(options.maxOpenFilesPerTask())
                .setMaxManifestFileSize(16 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(1 << 20)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                // A task has one writer.
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false);
        family = new ColumnFamilyOptions()
                .setWriteBufferSize(options.memtableBytes())
                .setArenaBlockSize(options.arenaBlockBytes())
                .setMaxWriteBufferNumber(3)
                .setLevelCompactionDynamicLevelBytes(true)
                .setNumLevels(LEVELS)
                .setCompressionPerLevel(compression())
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setBlockSize(16 << 10)
                        .setFilterPolicy(filter)
                        .setWholeKeyFiltering(true)
                        .setCacheIndexAndFilterBlocks(true)
                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                        .setPinL0FilterAndIndexBlocksInCache(true));
    }

    DBOptions database() {
        return database;
    }

    ColumnFamilyOptions family() {
        return family;
    }

    WriteOptions write() {
        return write;
    }

    FlushOptions flush() {
        return flush;
    }

    /** Blocks in the cache, pinned or not, and write buffers, which are charged to it. */
    long memoryBytes() {
        return cache.getUsage();
    }

    @Override
    public void close() {
        flush.close();
        write.close();
        family.close();
        database.close();
        filter.close();
        writeBuffers.close();
        cache.close();
    }

    /** What is young is rewritten soon and not worth compressing. */
    private static List<CompressionType> compression() {
        CompressionType[] levels = new CompressionType[LEVELS];
        Arrays.fill(levels, CompressionType.LZ4_COMPRESSION);
        levels[0] = CompressionType.NO_COMPRESSION;
        levels[1] = CompressionType.NO_COMPRESSION;
        return List.of(levels);
    }
}
