package io.millrace.app;

import io.millrace.app.job.JobFile;
import io.millrace.app.job.RunningJob;
import io.millrace.plan.Plan;
import io.millrace.runtime.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace run}. */
@Command(
        name = "run",
        description =
                "Runs a job until it is told to stop; on SIGTERM or Ctrl-C it finishes the open transaction and exits with 0.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:stopped, or reached the end",
            "1:the job failed; the message says where",
            "2:wrong command line",
            "78:the job is not valid"
        })
final class RunCommand implements Callable<Integer> {
    /** Less than the 10 s after which container engines kill. */
    private static final Duration GRACE = Duration.ofSeconds(9);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("");

    @Option(
            names = "--until-end",
            description = "Process what the sources hold now, close all windows, and exit with 0.")
    private boolean untilEnd;

    @Option(
            names = "--leave-on-stop",
            description =
                    "When stopped, give all tasks up at once, because this instance will not come back. Without it they wait for a"
                            + " restart until the session times out.")
    private boolean leaveOnStop;

    @Override
    public Integer call() {
        JobFile file = JobFile.of(job);
        Plan plan = file.plan(Warnings.to(spec, file.text()));
        RunningJob running = RunningJob.start(plan, untilEnd, leaveOnStop);
        return Termination.guard(running::requestStop, GRACE, () -> finish(running))
                .number();
    }

    private static ExitCode finish(RunningJob running) {
        try (running) {
            if (running.await() instanceof Outcome.Failed failed) {
                throw new CommandException(ExitCode.FAILED, failed.message());
            }
            return ExitCode.OK;
        }
    }
}
