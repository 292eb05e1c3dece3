package io.millrace.app.dev;

import io.millrace.app.job.JobFile;
import io.millrace.app.job.RunningJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A further instance of a session's job, in the process that {@link ChildInstance} starts for it. */
public final class DevInstance {
    private DevInstance() {}

    /**
     * Starts it in this process, with an admin server of its own left out.
     *
     * @param name the job file's name as the session has it: what the job names by relative paths begins there
     * @param text where the job's text is
     * @param bootstrapServers the session's broker
     */
    public static RunningJob start(String name, Path text, String bootstrapServers, Path stateDir) {
        try {
            JobFile file = new JobFile(name, Files.readString(text));
            return RunningJob.start(
                    file.plan(DevJob.another(file.read(warning -> {}), bootstrapServers, stateDir), warning -> {}),
                    false,
                    false);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the session's job: " + e.getMessage(), e);
        }
    }
}
