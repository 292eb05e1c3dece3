package io.millrace.app;

import io.millrace.app.job.JobFile;
import io.millrace.app.job.JobReset;
import io.millrace.app.job.ResetPoint;
import io.millrace.plan.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace reset}. */
@Command(
        name = "reset",
        description = {
            "Makes a job that is stopped start anew at another place of its sources, without its state.",
            "Shows what it would change; changes it with --yes. What the job has written to its sinks stays."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:shown, or done",
            "1:the job runs",
            "2:wrong command line",
            "69:the broker cannot be reached",
            "78:the job is not valid"
        })
final class ResetCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "PLACE",
            description =
                    "earliest, latest, or a time: the first records with a timestamp of 2026-01-31T10:00:00Z or later.")
    private String to = "";

    @Option(names = "--yes", description = "Do it.")
    private boolean yes;

    @Override
    public Integer call() {
        Logging.quiet();
        ResetPoint point = point();
        JobFile file = JobFile.of(job);
        Plan plan = file.plan(Warnings.to(spec, file.text()));
        String name = plan.job().name().value();
        JobReset reset = JobReset.to(point, plan);
        show(name, reset);
        PrintWriter out = spec.commandLine().getOut();
        if (!yes) {
            out.println("nothing was changed; add --yes to do it");
            out.flush();
            return ExitCode.OK.number();
        }
        List<String> members = reset.awaitEmptyGroup();
        if (!members.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "the job runs: " + String.join(", ", members) + ". Stop all instances of " + name
                            + " first; nothing was changed");
        }
        reset.execute();
        out.println("done; start " + name + " when you like");
        out.flush();
        return ExitCode.OK.number();
    }

    private ResetPoint point() {
        try {
            return ResetPoint.parse(to);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--to: " + e.getMessage(), e);
        }
    }

    private void show(String name, JobReset reset) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(name + " begins anew at " + to + ":");
        reset.moves()
                .forEach((partition, move) -> out.println(
                        "  " + partition + "  " + (move.from() == null ? "not read yet" : "is at " + move.from())
                                + ", begins at " + move.to()));
        if (reset.internalTopics().isEmpty()) {
            out.println("it has no state");
        } else {
            out.println("its state, and what is on its way between its stages, is deleted:");
            reset.internalTopics().forEach(topic -> out.println("  " + topic));
        }
        out.flush();
    }
}
