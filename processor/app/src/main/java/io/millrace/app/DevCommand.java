package io.millrace.app;

import io.millrace.app.dev.DevSession;
import io.millrace.app.job.JobFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace dev}. */
@Command(
        name = "dev",
        description = "Runs a job on an embedded broker and shows its results; without a job the page statistics of"
                + " examples/page-stats on sample clicks, each result checked. In a terminal the key + starts"
                + " another instance of the job in a process of its own, and k kills one (SIGKILL); then it is"
                + " told how many tasks moved, how long that took, and whether a record was lost or counted"
                + " twice.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:ended as asked",
            "1:the job failed, or a result was wrong",
            "2:wrong command line",
            "78:the job is not valid"
        })
final class DevCommand implements Callable<Integer> {
    private static final String EXAMPLE = "dev/job.yaml";
    /** The last windows have to come out, and the broker has to close. */
    private static final Duration GRACE = Duration.ofSeconds(60);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "JOB",
            arity = "0..1",
            description = "The job file; its topics are created, its brokers replaced.")
    private @Nullable Path job;

    @Option(names = "--for", paramLabel = "TIME", description = "End by itself after this time, for example 30s.")
    private @Nullable Duration limit;

    @Override
    public Integer call() {
        Logging.quiet();
        JobFile file = job == null ? example() : JobFile.of(job);
        boolean terminal = Boolean.getBoolean("millrace.tty");
        DevSession session = new DevSession(
                file,
                file.read(Warnings.to(spec, file.text())),
                job == null,
                limit,
                terminal && Boolean.getBoolean("millrace.keys"),
                System.out,
                terminal);
        return Termination.guard(session::end, GRACE, () -> session.run() ? ExitCode.OK : ExitCode.FAILED)
                .number();
    }

    private static JobFile example() {
        try (InputStream text = DevCommand.class.getResourceAsStream(EXAMPLE)) {
            if (text == null) {
                throw new IllegalStateException("the example job is not in the jar");
            }
            return new JobFile("examples/page-stats/job.yaml", new String(text.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
