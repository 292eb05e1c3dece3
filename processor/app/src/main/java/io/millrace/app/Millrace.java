package io.millrace.app;

import io.millrace.app.job.UnreachableException;
import io.millrace.app.job.UnreadableJobException;
import io.millrace.config.JobException;
import io.millrace.state.StateUnavailableException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code millrace}. */
@Command(
        name = "millrace",
        description = "Stateful stream processing next to Kafka: a job is one YAML file, an instance is one process.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = VersionCommand.class,
        subcommands = {
            DevCommand.class,
            DevInstanceCommand.class,
            RunCommand.class,
            ValidateCommand.class,
            ExplainCommand.class,
            TestCommand.class,
            ResetCommand.class,
            VersionCommand.class
        })
public final class Millrace implements Runnable {
    @Spec
    private CommandSpec spec;

    Millrace() {
        spec = CommandSpec.create();
    }

    /** How the log on stderr is written. */
    enum LogFormat {
        text,
        json
    }

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean version;

    @Option(
            names = "--log-format",
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description =
                    "How the log is written: text (default) or json; also by the environment variable MILLRACE_LOG.")
    void logFormat(LogFormat format) {
        Logging.format(format);
    }

    /** Runs a command; the process exits with its {@link ExitCode}. */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    static int execute(String... args) {
        return commandLine().execute(args);
    }

    static CommandLine commandLine() {
        return new CommandLine(new Millrace())
                .setExitCodeExceptionMapper(Millrace::codeOf)
                .setExecutionExceptionHandler((e, command, parsed) -> report(e, command))
                .registerConverter(Duration.class, DurationText::parse)
                .setUsageHelpAutoWidth(true);
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command");
    }

    private static int codeOf(Throwable e) {
        ExitCode code = ExitCode.FAILED;
        if (e instanceof CommandException known) {
            code = known.code();
        } else if (e instanceof ParameterException) {
            code = ExitCode.USAGE;
        } else if (e instanceof JobException || e instanceof UnreadableJobException) {
            code = ExitCode.INVALID_JOB;
        } else if (e instanceof UnreachableException) {
            code = ExitCode.UNAVAILABLE;
        }
        return code.number();
    }

    /** What a command foresaw is told in its words; anything else is our mistake and shows where it happened. */
    private static int report(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        if (e instanceof JobException invalid) {
            err.print(invalid.render());
        } else if (e instanceof CommandException
                || e instanceof UnreachableException
                || e instanceof UnreadableJobException
                || e instanceof StateUnavailableException
                || e instanceof UncheckedIOException) {
            err.println("millrace: " + e.getMessage());
        } else {
            err.println("millrace: " + e);
            Arrays.stream(e.getStackTrace()).limit(20).forEach(frame -> err.println("    at " + frame));
        }
        err.flush();
        return codeOf(e);
    }
}
