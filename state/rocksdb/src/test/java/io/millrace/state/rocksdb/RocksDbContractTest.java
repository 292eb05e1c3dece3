package io.millrace.state.rocksdb;

import io.millrace.state.StateBackend;
import io.millrace.state.TaskStateContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class RocksDbContractTest extends TaskStateContract {
    @TempDir
    private Path directory;

    @Override
    protected StateBackend newBackend() {
        return new RocksDbStateBackend(directory, RocksDbOptions.ofMemory(8 << 20), () -> "here");
    }
}
