package io.millrace.app;

import io.millrace.app.job.JobFile;
import io.millrace.app.test.JobTests;
import io.millrace.app.test.TestFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace test}. */
@Command(
        name = "test",
        description = {
            "Runs the tests of a job, in memory and without a broker.",
            "They stand under 'tests:' in the job file, or in files beside it that are named after it: job.test.yaml and job.*.test.yaml for job.yaml."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:all tests passed, or were updated",
            "1:a test failed, or there is none",
            "2:wrong command line",
            "78:the job or a test is not valid"
        })
final class TestCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "JOB", description = "The job file.")
    private Path job = Path.of("");

    @Parameters(
            index = "1..*",
            paramLabel = "TESTS",
            description = "Files with tests, instead of the job's own and those beside it.")
    private List<Path> tests = List.of();

    @Option(names = "--filter", paramLabel = "TEXT", description = "Run only tests with this in their name.")
    private String filter = "";

    @Option(
            names = "--update",
            description =
                    "Write into the files what the tests that fail should have expected. Look at it before you keep it.")
    private boolean update;

    @Override
    public Integer call() {
        Logging.quiet();
        JobFile file = JobFile.of(job);
        List<TestFile> files = tests.isEmpty()
                ? TestFile.of(file)
                : tests.stream().map(TestFile::of).toList();
        JobTests run = JobTests.run(file, files, name -> name.contains(filter), Warnings.to(spec, file.text()));
        PrintWriter out = spec.commandLine().getOut();
        if (run.count() == 0) {
            throw new CommandException(
                    ExitCode.FAILED,
                    filter.isEmpty()
                            ? job + " has no tests: write some under 'tests:', as docs/testing.md shows"
                            : "no test has '" + filter + "' in its name");
        }
        run.report(out);
        int failed = run.failed();
        int updated = update ? run.update() : 0;
        if (updated > 0) {
            out.println(updated + (updated == 1 ? " test expects" : " tests expect") + " now what came");
            out.flush();
        }
        return (failed == updated ? ExitCode.OK : ExitCode.FAILED).number();
    }
}
