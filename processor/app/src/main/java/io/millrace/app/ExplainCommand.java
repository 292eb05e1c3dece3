package io.millrace.app;

import io.millrace.app.job.JobFile;
import io.millrace.plan.Explain;
import io.millrace.plan.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace explain}. */
@Command(
        name = "explain",
        description = "Shows what a job becomes: stages, operators, stores, topics, and why each exchange is there.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:shown", "2:wrong command line", "78:the job is not valid"})
final class ExplainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("");

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private OutputFormat format = OutputFormat.text;

    @Override
    public Integer call() {
        Logging.quiet();
        JobFile file = JobFile.of(job);
        Plan plan = file.plan(Warnings.to(spec, file.text()));
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == OutputFormat.json ? Explain.json(plan) : Explain.text(plan));
        out.flush();
        return ExitCode.OK.number();
    }
}
