package io.millrace.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.state.Cursor;
import io.millrace.state.OrderedBytes;
import io.millrace.state.TaskState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ProcessKillTest {
    private static final long SEED = 7;
    private static final int KILLS = 5;

    @TempDir
    private Path directory;

    @Test
    @Timeout(120)
    void after_a_kill_the_state_is_that_of_a_prefix_of_the_batches_with_its_position() throws IOException {
        Random random = new Random(SEED);
        long survived = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            long flushed = killAfter(100 + random.nextInt(1500));
            String context = "seed " + SEED + ", kill " + kill;
            try (RocksDbStateBackend backend = backend();
                    TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES)) {
                long number = NumberedBatches.lastApplied(state);
                assertThat(number).as(context).isGreaterThanOrEqualTo(Math.max(flushed, survived));
                for (int store = 0; store < NumberedBatches.STORES.size(); store++) {
                    assertThat(entries(state, store))
                            .as("%s, store %d after batch %d", context, store, number)
                            .isEqualTo(NumberedBatches.expected(store, number));
                }
                survived = number;
            }
        }
        assertThat(survived).as("without any survivor nothing was tested").isPositive();
    }

    @Test
    @Timeout(60)
    void a_directory_in_use_by_another_process_is_refused_until_that_ends() throws IOException {
        try (ChildProcess child = child()) {
            child.readLine("applied");
            assertThatThrownBy(this::backend)
                    .hasMessageContaining("the state directory " + directory.toRealPath()
                            + " is in use by another Millrace process (pid " + child.pid() + "). Stop that one, or set"
                            + " `runtime.state.dir` to another directory");
        }
        try (RocksDbStateBackend backend = backend()) {
            assertThat(backend.instanceId()).isEqualTo("child");
        }
    }

    /** Returns the number of the last batch known to be flushed. */
    private long killAfter(int batches) throws IOException {
        long flushed = 0;
        try (ChildProcess child = child()) {
            for (int applied = 0; applied < batches; ) {
                String line = child.readLine();
                assertThat(line).as("the child ended by itself").isNotNull();
                if (line.startsWith("applied ")) {
                    applied++;
                } else if (line.startsWith("flushed ")) {
                    flushed = Long.parseLong(line.substring("flushed ".length()));
                } else {
                    assertThat(line).startsWith("SLF4J");
                }
            }
        }
        return flushed;
    }

    private ChildProcess child() throws IOException {
        return new ChildProcess(NumberedBatches.class, List.of(), directory.toString());
    }

    private RocksDbStateBackend backend() {
        return new RocksDbStateBackend(directory, RocksDbOptions.ofMemory(1 << 20), () -> "parent");
    }

    private static Map<Long, String> entries(TaskState state, int store) {
        Map<Long, String> entries = new TreeMap<>();
        try (Cursor cursor = state.scan(store, new byte[0], null)) {
            while (cursor.next()) {
                entries.put(OrderedBytes.readLong(cursor.key(), 0), NumberedBatches.text(cursor.value()));
            }
        }
        return entries;
    }
}
