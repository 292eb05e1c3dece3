package io.millrace.app.dev;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Single keys from an input that is never waited for; where it is a terminal, without Enter and unseen until {@link #close}. Used by one thread. */
final class Keys implements AutoCloseable {
    /** What {@link #next} answers when none was pressed. */
    static final int NONE = -1;

    private final InputStream in;
    private final String modes;

    private Keys(InputStream in, String modes) {
        this.in = in;
        this.modes = modes;
    }

    /** Keys from something other than a terminal. */
    static Keys of(InputStream in) {
        return new Keys(in, "");
    }

    /** Keys from the terminal that is this process's stdin. Where its modes cannot be set, each key needs Enter behind it. */
    static Keys ofTerminal() {
        String modes = stty("-g");
        if (!modes.isEmpty()) {
            stty("-icanon", "-echo", "min", "1");
        }
        return new Keys(System.in, modes);
    }

    /** A byte that waits to be read, or {@link #NONE}. */
    int next() {
        try {
            return in.available() > 0 ? in.read() : NONE;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the keys: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (!modes.isEmpty()) {
            stty(modes);
        }
    }

    /** What it says, or nothing if it fails. */
    private static String stty(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
            return process.waitFor() == 0 ? said : "";
        } catch (IOException noSuchCommand) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
