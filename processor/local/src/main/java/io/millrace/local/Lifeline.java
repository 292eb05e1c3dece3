package io.millrace.local;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Kills a child process when this process ends, even if it is killed itself and even if the child is stopped: a shell waits for the end of
 * its stdin, which only this process holds open.
 */
public final class Lifeline implements AutoCloseable {
    private final Process shell;

    private Lifeline(Process shell) {
        this.shell = shell;
    }

    /** For a child that has just been started; to be closed when it has ended, so that its number can be another's. */
    public static Lifeline of(Process child) {
        try {
            return new Lifeline(new ProcessBuilder("sh", "-c", "read end; kill -KILL " + child.pid())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            child.destroyForcibly();
            throw new UncheckedIOException("cannot start a shell: " + e.getMessage(), e);
        }
    }

    /** Lets the child go on without this process. */
    @Override
    public void close() {
        shell.destroyForcibly();
    }
}
