package io.millrace.app;

import io.millrace.config.Problem;
import io.millrace.config.Problems;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/** Shows warnings of a job on stderr as they are found. */
final class Warnings {
    private Warnings() {}

    static Consumer<Problem> to(CommandSpec command, String jobText) {
        PrintWriter err = command.commandLine().getErr();
        return warning -> {
            err.print(Problems.render(List.of(warning), jobText));
            err.flush();
        };
    }
}
