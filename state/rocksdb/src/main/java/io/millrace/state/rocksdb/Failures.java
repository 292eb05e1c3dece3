package io.millrace.state.rocksdb;

import io.millrace.state.StateUnavailableException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Says what a failure of RocksDB means for whoever has to mend it. */
final class Failures {
    private Failures() {}

    /**
     * @param doing what failed, for example {@code reading}
     * @param directory the task's
     */
    static StateUnavailableException of(String doing, Path directory, RocksDBException cause) {
        Status status = cause.getStatus();
        Status.Code code = status == null ? null : status.getCode();
        String text = String.valueOf(cause.getMessage()).replaceAll("\\s+", " "); // RocksDB's may span lines
        String what = doing + " the state in " + directory + " failed";
        if (isDamaged(code, text)) {
            String mend = "It is removed and rebuilt from the changelog; if this happens again, check the disk.";
            return new StateUnavailableException(
                    what + ", because its files are damaged (" + text + "). " + mend, true, cause);
        }
        return new StateUnavailableException(what + reason(status, text), cause);
    }

    private static boolean isDamaged(Status.@Nullable Code code, String text) {
        // What a disk cannot read any more is as lost as what it reads wrongly.
        return code == Status.Code.Corruption
                || text.contains("No such file or directory")
                || text.contains("Input/output error");
    }

    private static String reason(@Nullable Status status, String text) {
        if ((status != null && status.getSubCode() == Status.SubCode.NoSpace)
                || text.contains("No space left on device")) {
            return ", because the disk is full (" + text
                    + "). Free space there or set `runtime.state.dir` to a directory on a larger disk.";
        }
        if (text.contains("Too many open files")) {
            return ", because the process has too many files open (" + text
                    + "). Raise its limit (ulimit -n); each task needs up to a few hundred.";
        }
        if (text.contains("Permission denied") || text.contains("Read-only file system")) {
            return ", because it is not allowed (" + text
                    + "). Let the user that runs Millrace write there or set `runtime.state.dir` to another directory.";
        }
        return " (" + text
                + "). Check the disk. If it is in order and the failure stays, stop the process and remove that"
                + " directory: Millrace rebuilds it from the changelog.";
    }
}
