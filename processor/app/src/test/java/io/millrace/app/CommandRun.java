package io.millrace.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** A command as the shell would see it. */
record CommandRun(int exitCode, String out, String err) {
    static CommandRun of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine millrace =
                Millrace.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int exitCode = millrace.execute(args);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    String all() {
        return out + err;
    }
}
