package io.millrace.state.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.state.StateUnavailableException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.rocksdb.Status.Code;
import org.rocksdb.Status.SubCode;

/** The failures that a test cannot bring about everywhere; DamageTest has the others. */
final class FailuresTest {
    private static final Path DIRECTORY = Path.of("/state/1_3");

    @Test
    void a_full_disk_is_not_corruption() {
        StateUnavailableException failure = failure(Code.IOError, SubCode.NoSpace, "No space left on device");
        assertThat(failure.corrupt()).isFalse();
        assertThat(failure)
                .hasMessageStartingWith("writing the state in /state/1_3 failed, because the disk is full (")
                .hasMessageEndingWith("Free space there or set `runtime.state.dir` to a directory on a larger disk.");
    }

    @Test
    void too_many_open_files() {
        StateUnavailableException failure =
                failure(Code.IOError, SubCode.None, "While open 000012.sst: Too many open files");
        assertThat(failure.corrupt()).isFalse();
        assertThat(failure)
                .hasMessageContaining("failed, because the process has too many files open (")
                .hasMessageEndingWith("Raise its limit (ulimit -n); each task needs up to a few hundred.");
    }

    @Test
    void a_missing_permission() {
        StateUnavailableException failure = failure(Code.IOError, SubCode.None, "While open: Permission denied");
        assertThat(failure.corrupt()).isFalse();
        assertThat(failure)
                .hasMessageContaining("failed, because it is not allowed (")
                .hasMessageEndingWith(
                        "Let the user that runs Millrace write there or set `runtime.state.dir` to another directory.");
    }

    @Test
    void anything_else_is_passed_on_with_what_to_try() {
        StateUnavailableException failure = failure(Code.IOError, SubCode.None, "Device or resource busy");
        assertThat(failure.corrupt()).isFalse();
        assertThat(failure)
                .hasMessageStartingWith("writing the state in /state/1_3 failed (")
                .hasMessageContaining("Device or resource busy). Check the disk.")
                .hasMessageEndingWith("remove that directory: Millrace rebuilds it from the changelog.");
    }

    @Test
    void what_a_disk_cannot_read_any_more_is_damage() {
        StateUnavailableException failure = failure(Code.IOError, SubCode.None, "Input/output error");
        assertThat(failure.corrupt()).isTrue();
        assertThat(failure).hasMessageContaining("because its files are damaged (");
    }

    @Test
    void a_failure_without_a_status_is_passed_on() {
        StateUnavailableException failure = Failures.of("writing", DIRECTORY, new RocksDBException("odd"));
        assertThat(failure.corrupt()).isFalse();
        assertThat(failure).hasMessageStartingWith("writing the state in /state/1_3 failed (odd).");
    }

    private static StateUnavailableException failure(Code code, SubCode subCode, String text) {
        return Failures.of("writing", DIRECTORY, new RocksDBException(text, new Status(code, subCode, text)));
    }
}
