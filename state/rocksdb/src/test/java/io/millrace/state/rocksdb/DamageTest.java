package io.millrace.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.millrace.state.Cursor;
import io.millrace.state.StateUnavailableException;
import io.millrace.state.TaskState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files are told from other failures, and destroying the task mends them. */
final class DamageTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void write_a_healthy_state() {
        try (RocksDbStateBackend backend = backend();
                TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES)) {
            for (int number = 1; number <= 300; number++) {
                NumberedBatches.apply(state, number);
            }
        }
    }

    @Test
    void blocks_that_fail_their_checksum() throws IOException {
        for (Path file : files(".sst")) {
            byte[] content = Files.readAllBytes(file);
            for (int i = 0; i < content.length / 2; i++) {
                content[i] ^= 0x55;
            }
            Files.write(file, content);
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void files_cut_short() throws IOException {
        for (Path file : files(".sst")) {
            Files.write(file, new byte[10]);
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void files_gone() throws IOException {
        for (Path file : files(".sst")) {
            Files.delete(file);
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void a_manifest_of_garbage() throws IOException {
        for (Path file : files("MANIFEST")) {
            Files.writeString(file, "not a manifest at all, but long enough to hold a record's header");
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void an_empty_manifest() throws IOException {
        for (Path file : files("MANIFEST")) {
            Files.write(file, new byte[0]);
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void a_manifest_gone() throws IOException {
        for (Path file : files("MANIFEST")) {
            Files.delete(file);
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void a_pointer_to_the_manifest_of_garbage() throws IOException {
        for (Path file : files("CURRENT")) {
            Files.writeString(file, "garbage");
        }
        assertDamageIsReportedAndMended();
    }

    @Test
    void blocks_damaged_while_the_state_is_in_use_are_found_by_reading_and_closing_does_not_fail() throws IOException {
        try (RocksDbStateBackend backend = backend()) {
            TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES);
            assertThat(state.isDamaged()).isFalse();
            damageInPlace();
            assertThatThrownBy(() -> readAll(state))
                    .asInstanceOf(type(StateUnavailableException.class))
                    .satisfies(e -> assertThat(e.corrupt()).as(e.getMessage()).isTrue());
            assertThat(state.isDamaged()).isTrue();
            state.close();
            verifyRebuilt(backend);
        }
    }

    @Test
    void blocks_damaged_while_the_state_is_in_use_are_found_by_the_background_and_fail_the_next_write()
            throws IOException {
        try (RocksDbStateBackend backend = backend()) {
            TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES);
            damageInPlace();
            // Each flush makes a file; when there are enough of them, they are compacted with the damaged ones.
            assertThatThrownBy(() -> {
                        for (int number = 301; number <= 3_000; number++) {
                            NumberedBatches.apply(state, number);
                            state.flush();
                        }
                    })
                    .asInstanceOf(type(StateUnavailableException.class))
                    .satisfies(e -> assertThat(e.corrupt()).as(e.getMessage()).isTrue());
            assertThat(state.isDamaged()).isTrue();
            state.close();
            verifyRebuilt(backend);
        }
    }

    private void damageInPlace() throws IOException {
        for (Path file : files(".sst")) {
            try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
                byte[] half = new byte[(int) (content.length() / 2)];
                content.readFully(half);
                for (int i = 0; i < half.length; i++) {
                    half[i] ^= 0x55;
                }
                content.seek(0);
                content.write(half);
            }
        }
    }

    private void assertDamageIsReportedAndMended() throws IOException {
        try (RocksDbStateBackend backend = backend()) {
            assertThatThrownBy(() -> openAndReadAll(backend))
                    .asInstanceOf(type(StateUnavailableException.class))
                    .satisfies(e -> {
                        assertThat(e.corrupt()).as(e.getMessage()).isTrue();
                        assertThat(e)
                                .hasMessageMatching("(opening|reading) the state in .*")
                                .hasMessageContaining(directory.toRealPath().resolve(NumberedBatches.TASK)
                                        + " failed, because its files are damaged (")
                                .hasMessageEndingWith(
                                        "It is removed and rebuilt from the changelog; if this happens again,"
                                                + " check the disk.");
                    });
            verifyRebuilt(backend);
        }
    }

    private static void verifyRebuilt(RocksDbStateBackend backend) {
        backend.destroy(NumberedBatches.TASK);
        try (TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES)) {
            assertThat(state.isDamaged()).isFalse();
            assertThat(state.position()).isNull();
            NumberedBatches.apply(state, 1);
            assertThat(NumberedBatches.lastApplied(state)).isEqualTo(1);
        }
    }

    private static void openAndReadAll(RocksDbStateBackend backend) {
        try (TaskState state = backend.open(NumberedBatches.TASK, NumberedBatches.STORES)) {
            readAll(state);
        }
    }

    private static void readAll(TaskState state) {
        state.position();
        for (int store = 0; store < NumberedBatches.STORES.size(); store++) {
            try (Cursor cursor = state.scan(store, new byte[0], null)) {
                while (cursor.next()) {
                    cursor.value();
                }
            }
        }
    }

    private RocksDbStateBackend backend() {
        return new RocksDbStateBackend(directory, RocksDbOptions.ofMemory(1 << 20), () -> "here");
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(NumberedBatches.TASK))) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().contains(part))
                    .toList();
            assertThat(found).as("files named like %s", part).isNotEmpty();
            return found;
        }
    }
}
