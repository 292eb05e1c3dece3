package io.millrace.app.dev;

import java.io.PrintStream;

/**
 * The terminal: lines that scroll, and a status line that stays below them and is drawn anew in place. Where the output is no
 * terminal the status is a line like the others. From any thread.
 */
final class Screen {
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;
    private String status = "";

    Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    synchronized void line(String text) {
        out.println((status.isEmpty() ? "" : ERASE_LINE) + text);
        out.print(status);
        out.flush();
    }

    synchronized void status(String text) {
        if (terminal) {
            status = text;
            out.print(ERASE_LINE + text);
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Leaves the last status standing; what follows goes below it. */
    synchronized void endStatus() {
        if (!status.isEmpty()) {
            status = "";
            out.println();
        }
    }
}
