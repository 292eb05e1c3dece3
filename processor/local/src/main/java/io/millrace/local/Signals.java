package io.millrace.local;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Signals that {@link Process} does not have. */
public final class Signals {
    private Signals() {}

    /** SIGSTOP: the process does nothing at all until {@link #resume}; its connections stay open. */
    public static void pause(Process process) {
        send("STOP", process);
    }

    /** SIGCONT. */
    public static void resume(Process process) {
        send("CONT", process);
    }

    private static void send(String name, Process process) {
        try {
            int exit = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + name + " " + process.pid() + " answered " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot signal process " + process.pid() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
