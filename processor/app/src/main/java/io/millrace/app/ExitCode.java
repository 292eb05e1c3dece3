package io.millrace.app;

/** What the process says to the shell when it ends. The numbers are a contract; those from 64 on are those of sysexits.h. */
public enum ExitCode {
    /** Done, or told to stop and stopped cleanly. */
    OK(0),
    /** The job failed; the last line on stderr says why, with topic-partition@offset where a record was the cause. */
    FAILED(1),
    /** The command line is wrong. */
    USAGE(2),
    /** What the command needs cannot be reached: the broker at {@code validate --connect}. */
    UNAVAILABLE(69),
    /** The job file is not a job that can run; every problem was shown. */
    INVALID_JOB(78);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    /** The process exit status. */
    public int number() {
        return number;
    }
}
