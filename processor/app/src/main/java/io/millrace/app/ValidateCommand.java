package io.millrace.app;

import io.millrace.app.job.BrokerCheck;
import io.millrace.app.job.JobFile;
import io.millrace.config.JobException;
import io.millrace.config.Problem;
import io.millrace.config.Problems;
import io.millrace.plan.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace validate}. */
@Command(
        name = "validate",
        description = "Checks a job file and shows everything that is wrong with it, at its line and column.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:the job is valid",
            "2:wrong command line",
            "69:--connect: the broker cannot be reached",
            "78:the job is not valid"
        })
final class ValidateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("");

    @Option(
            names = "--connect",
            description = "Ask the cluster too: does it answer, do the topics exist, may the job use them.")
    private boolean connect;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default), or json: an array of problems.")
    private OutputFormat format = OutputFormat.text;

    @Override
    public Integer call() {
        Logging.quiet();
        List<Problem> problems = new ArrayList<>();
        JobFile file = JobFile.of(job);
        try {
            Plan plan = file.plan(problems::add);
            if (connect) {
                problems.addAll(BrokerCheck.check(plan));
            }
        } catch (JobException e) {
            problems.addAll(e.problems());
        }
        boolean valid = problems.stream().noneMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        PrintWriter out = spec.commandLine().getOut();
        if (format == OutputFormat.json) {
            out.print(Problems.renderJson(problems));
        } else {
            out.print(Problems.render(problems, file.text()));
            if (valid) {
                out.println(job + ": valid" + (connect ? ", and the cluster has what it needs" : ""));
            }
        }
        out.flush();
        return (valid ? ExitCode.OK : ExitCode.INVALID_JOB).number();
    }
}
