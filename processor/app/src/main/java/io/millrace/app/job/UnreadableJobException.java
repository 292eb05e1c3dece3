package io.millrace.app.job;

import java.nio.file.Path;

/** The job file's text could not be had. */
public final class UnreadableJobException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnreadableJobException(Path file, String reason) {
        super("cannot read the job " + file + ": " + reason);
    }
}
