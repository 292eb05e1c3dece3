package io.millrace.app;

import io.millrace.app.job.JobFile;
import io.millrace.plan.Explain;
import io.millrace.plan.Plan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        exitCodeList = {"0:shown", "1:no instance answers (--live)", "2:wrong command line", "78:the job is not valid"})
final class ExplainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("");

    @Option(names = "--format", paramLabel = "FORMAT", description = "text (default) or json.")
    private OutputFormat format = OutputFormat.text;

    @Option(
            names = "--live",
            description =
                    "Show the event time of a running instance instead: each task's watermark, and which partition it waits for, and since when.")
    private boolean live;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description = "With --live: where the instance answers; the job's runtime.admin.listen by default.")
    private @Nullable String admin;

    @Override
    public Integer call() {
        Logging.quiet();
        return live ? showLive() : showPlan();
    }

    private Integer showLive() {
        String address = admin;
        if (address == null) {
            address = JobFile.of(job).read(warning -> {}).runtime().adminListen();
        }
        if (address == null) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the job has no admin address to ask: set runtime.admin.listen in it and restart, or name one with --admin HOST:PORT");
        }
        String answer = LiveTime.ask(address);
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == OutputFormat.json ? answer : LiveTime.text(answer, Instant.now()));
        out.flush();
        return ExitCode.OK.number();
    }

    private Integer showPlan() {
        JobFile file = JobFile.of(job);
        Plan plan = file.plan(Warnings.to(spec, file.text()));
        PrintWriter out = spec.commandLine().getOut();
        out.print(format == OutputFormat.json ? Explain.json(plan) : Explain.text(plan));
        out.flush();
        return ExitCode.OK.number();
    }
}
