package io.millrace.app.job;

import io.millrace.app.plugin.Plugins;
import io.millrace.config.Environment;
import io.millrace.config.JobException;
import io.millrace.config.JobReader;
import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.plan.Plan;
import io.millrace.plan.PlanException;
import io.millrace.plan.Planner;
import io.millrace.plan.SchemaCatalog;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A job file's text under its name. */
public record JobFile(String name, String text) {
    /** @throws UnreadableJobException if it cannot be read */
    public static JobFile of(Path file) {
        try {
            return new JobFile(file.toString(), Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new UnreadableJobException(file, "there is no such file");
        } catch (CharacterCodingException e) {
            throw new UnreadableJobException(file, "it is not UTF-8 text");
        } catch (IOException e) {
            throw new UnreadableJobException(
                    file, Files.isDirectory(file) ? "it is a directory, name the job file in it" : e.toString());
        }
    }

    /** @throws JobException with everything that is wrong with its form */
    public JobSpec read(Consumer<Problem> warnings) {
        return JobReader.read(name, text, Environment.ofProcess(Path.of("")), warnings);
    }

    /** @throws JobException with everything that is wrong with it */
    public Plan plan(Consumer<Problem> warnings) {
        return plan(read(warnings), warnings);
    }

    /**
     * Plans a job that was read from this file.
     *
     * @throws JobException with everything that is wrong with it
     */
    public Plan plan(JobSpec job, Consumer<Problem> warnings) {
        return plan(job, RegistryCatalog.of(job.kafka()), warnings);
    }

    /**
     * As {@link #plan(JobSpec, Consumer)}, with these schemas instead of those in the job's registry.
     *
     * @throws JobException with everything that is wrong with it
     */
    public Plan plan(JobSpec job, SchemaCatalog schemas, Consumer<Problem> warnings) {
        try {
            Plan plan = Planner.plan(job, schemas, Plugins.in(pluginPath(job)));
            plan.warnings().forEach(warnings);
            return plan;
        } catch (PlanException e) {
            throw e.in(text);
        }
    }

    /** A job's code lies beside the job: what is not absolute begins at the file, from wherever the job is started. */
    private Path pluginPath(JobSpec job) {
        return Path.of(name).resolveSibling(job.runtime().pluginPath());
    }
}
