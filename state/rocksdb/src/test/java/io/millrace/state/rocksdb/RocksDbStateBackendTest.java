package io.millrace.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.state.OrderedBytes;
import io.millrace.state.StateBatch;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class RocksDbStateBackendTest {
    @TempDir
    private Path directory;

    @Test
    void state_outlives_the_backend() {
        try (RocksDbStateBackend backend = backend("a")) {
            TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES);
            NumberedBatches.apply(state, 1); // and closing the backend closes and flushes the task
        }
        try (RocksDbStateBackend backend = backend("a");
                TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES)) {
            assertThat(NumberedBatches.lastApplied(state)).isEqualTo(1);
            assertThat(state.get(1, OrderedBytes.ofLong(1))).isNotNull();
        }
    }

    @Test
    void the_instance_id_is_made_once_for_a_directory() throws IOException {
        try (RocksDbStateBackend backend = backend("first")) {
            assertThat(backend.instanceId()).isEqualTo("first");
        }
        try (RocksDbStateBackend backend = backend("second")) {
            assertThat(backend.instanceId()).isEqualTo("first");
        }
        Files.writeString(directory.resolve("instance.id"), "");
        try (RocksDbStateBackend backend = backend("third")) {
            assertThat(backend.instanceId()).isEqualTo("third");
        }
    }

    @Test
    void a_directory_in_use_by_this_process_is_refused_and_stays_locked() {
        try (RocksDbStateBackend backend = backend("a")) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> backend("b"))
                        .isInstanceOf(StateUnavailableException.class)
                        .hasMessageContaining("is in use by another Millrace process (pid "
                                + ProcessHandle.current().pid()
                                + "). Stop that one, or set `runtime.state.dir` to another"
                                + " directory: each process needs its own.");
            }
            assertThat(backend.instanceId()).isEqualTo("a");
        }
        try (RocksDbStateBackend backend = backend("c")) {
            assertThat(backend.instanceId()).isEqualTo("a");
        }
    }

    @Test
    void a_directory_that_cannot_be_made_is_refused_with_advice() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() ->
                        new RocksDbStateBackend(file.resolve("state"), RocksDbOptions.ofMemory(1 << 20), () -> "a"))
                .isInstanceOf(StateUnavailableException.class)
                .hasMessageStartingWith("the state directory " + file.resolve("state") + " cannot be used (")
                .hasMessageEndingWith(
                        "). Let the user that runs Millrace write there or set `runtime.state.dir` to another"
                                + " directory.");
    }

    @Test
    void a_destroyed_task_leaves_no_files_even_if_a_crash_cut_it_short() throws IOException {
        Path leftover = Files.createDirectories(directory.resolve(".removed-2_0"));
        Files.writeString(leftover.resolve("CURRENT"), "");
        try (RocksDbStateBackend backend = backend("a")) {
            backend.open(NumberedBatches.TASK, NumberedBatches.STORES).close();
            assertThat(names()).containsExactlyInAnyOrder(".lock", "instance.id", NumberedBatches.TASK);
            backend.destroy(NumberedBatches.TASK);
            assertThat(names()).containsExactlyInAnyOrder(".lock", "instance.id");
        }
    }

    @Test
    @Timeout(60)
    void many_tasks_share_one_memory_bound() {
        long boundBytes = 8 << 20;
        Random random = new Random(1);
        try (RocksDbStateBackend backend =
                new RocksDbStateBackend(directory, RocksDbOptions.ofMemory(boundBytes), () -> "a")) {
            List<TaskState> states = new ArrayList<>();
            for (int task = 0; task < 4; task++) {
                states.add(backend.open("0_" + task, List.of("left", "right")));
            }
            long mostBytes = 0;
            for (int round = 0; round < 200; round++) {
                for (TaskState state : states) {
                    StateBatch batch = state.newBatch();
                    for (int i = 0; i < 50; i++) {
                        byte[] value = new byte[1000];
                        random.nextBytes(value);
                        batch.put(i % 2, OrderedBytes.ofLong(random.nextInt(100_000)), value);
                    }
                    state.apply(batch, OrderedBytes.ofLong(round));
                    state.get(0, OrderedBytes.ofLong(random.nextInt(100_000)));
                }
                mostBytes = Math.max(mostBytes, backend.nativeMemoryBytes());
            }
            // 40 MB went in; the excess is index blocks of open files, which the cache must hold while in use.
            assertThat(mostBytes).isBetween(boundBytes / 4, boundBytes * 3 / 2);
            states.forEach(TaskState::close);
        }
    }

    @Test
    void a_closed_backend_uses_no_memory() {
        RocksDbStateBackend backend = backend("a");
        backend.close();
        assertThat(backend.nativeMemoryBytes()).isZero();
    }

    @Test
    @Timeout(60)
    void a_library_that_cannot_be_unpacked_is_explained() throws IOException {
        try (ChildProcess child = new ChildProcess(
                NumberedBatches.class, List.of("-Djava.io.tmpdir=/does/not/exist"), directory.toString())) {
            assertThat(child.readLine("Exception in thread"))
                    .contains("the RocksDB library cannot be loaded (")
                    .contains("/does/not/exist, which must be writable and not mounted noexec")
                    .contains("ROCKSDB_SHAREDLIB_DIR");
        }
    }

    @Test
    void options_out_of_range_are_refused() {
        assertThatThrownBy(() -> RocksDbOptions.ofMemory(1000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memoryBytes must be at least 1048576, but is 1000");
        assertThatThrownBy(() -> new RocksDbOptions(1 << 20, 15, 2))
                .hasMessage("maxOpenFilesPerTask must be at least 16, but is 15");
        assertThatThrownBy(() -> new RocksDbOptions(1 << 20, 16, 1))
                .hasMessage("backgroundThreads must be at least 2, but is 1");
    }

    private RocksDbStateBackend backend(String newInstanceId) {
        return new RocksDbStateBackend(directory, RocksDbOptions.ofMemory(1 << 20), () -> newInstanceId);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
