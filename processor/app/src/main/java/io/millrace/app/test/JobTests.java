package io.millrace.app.test;

import io.millrace.app.job.JobFile;
import io.millrace.config.JobException;
import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.TestCase;
import io.millrace.config.TestUpdate;
import io.millrace.plan.Plan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The tests of one job, each with what came of it. */
public final class JobTests {
    private final List<Ran> ran;

    private record Ran(TestFile file, List<TestOutcome> outcomes) {}

    private JobTests(List<Ran> ran) {
        this.ran = ran;
    }

    /**
     * Runs those tests whose names are chosen.
     *
     * @throws JobException with everything that is wrong with the job, or with the tests of one file
     */
    public static JobTests run(
            JobFile job, List<TestFile> files, Predicate<String> chosen, Consumer<Problem> warnings) {
        JobSpec spec = job.read(warnings);
        Path directory = Path.of(job.name()).resolveSibling("");
        TestSchemas schemas = new TestSchemas(directory);
        Plan plan = job.plan(spec, schemas, warnings);
        List<Ran> ran = new ArrayList<>();
        for (TestFile file : files) {
            List<Problem> problems = new ArrayList<>();
            List<TestSetup> setups = new ArrayList<>();
            for (TestCase test : file.tests()) {
                if (chosen.test(test.name().value())) {
                    setups.add(new TestSetup(plan, test, schemas, problems::add));
                }
            }
            if (!problems.isEmpty()) {
                throw new JobException(problems, file.text());
            }
            ran.add(new Ran(file, setups.stream().map(TestSetup::run).toList()));
        }
        return new JobTests(ran);
    }

    public int count() {
        return ran.stream().mapToInt(file -> file.outcomes().size()).sum();
    }

    public int failed() {
        return (int) ran.stream()
                .flatMap(file -> file.outcomes().stream())
                .filter(outcome -> !outcome.passed())
                .count();
    }

    /** A line for each test; for one that failed also why. */
    public void report(PrintWriter out) {
        ran.forEach(file -> file.outcomes().forEach(outcome -> report(outcome, out)));
        int failed = failed();
        String tests = count() == 1 ? "1 test" : count() + " tests";
        out.println(failed == 0 ? tests + " passed" : failed + " of " + tests + " failed");
        out.flush();
    }

    private static void report(TestOutcome outcome, PrintWriter out) {
        TestCase test = outcome.test();
        if (outcome.passed()) {
            out.println("ok   " + test.name());
            return;
        }
        out.println("FAIL " + test.name() + "  (" + test.name().at() + ")");
        if (outcome.failure() != null) {
            out.println("     the job stopped: " + outcome.failure());
            return;
        }
        if (test.expect().isEmpty()) {
            out.println("     it expects nothing: add 'expect', or have it filled in with --update");
        }
        outcome.differences().forEach((sink, differences) -> {
            out.println("     " + sink + ":");
            differences.lines().forEach(line -> out.println("       " + line));
        });
    }

    /**
     * Writes into the files what the tests that failed were given.
     *
     * @return how many tests are different now; those whose job stopped stay as they are
     */
    public int update() {
        int updated = 0;
        for (Ran file : ran) {
            List<TestUpdate> updates = file.outcomes().stream()
                    .filter(outcome -> !outcome.passed() && outcome.failure() == null)
                    .map(TestOutcome::update)
                    .toList();
            if (!updates.isEmpty()) {
                write(file.file(), updates);
                updated += updates.size();
            }
        }
        return updated;
    }

    private static void write(TestFile file, List<TestUpdate> updates) {
        try {
            Files.writeString(file.path(), TestUpdate.apply(file.text(), updates));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
