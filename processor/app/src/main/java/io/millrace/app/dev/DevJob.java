package io.millrace.app.dev;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A job as it runs under {@code dev}: on the embedded broker, with its state in a temporary directory. */
final class DevJob {
    private DevJob() {}

    static JobSpec of(JobSpec job, String bootstrapServers, Path stateDir) {
        JobSpec.Runtime runtime = job.runtime();
        return new JobSpec(
                job.name(),
                job.timeZone(),
                kafka(job.kafka(), bootstrapServers),
                job.sources(),
                job.steps(),
                job.sinks(),
                job.errors(),
                new JobSpec.Runtime(
                        runtime.workers(),
                        runtime.checkpointInterval(),
                        runtime.standbys(),
                        stateDir,
                        runtime.stateMemoryBytes(),
                        runtime.adminListen(),
                        runtime.pluginPath()));
    }

    /** The topics that the job expects to find. */
    static Set<String> topics(JobSpec job) {
        Set<String> topics = new LinkedHashSet<>(sinkTopics(job));
        job.sources().forEach(source -> source.topics().forEach(topic -> topics.add(topic.value())));
        Text deadLetters = job.errors().deadLetterTopic();
        if (deadLetters != null) {
            topics.add(deadLetters.value());
        }
        return topics;
    }

    static Set<String> sinkTopics(JobSpec job) {
        Set<String> topics = new LinkedHashSet<>();
        job.sinks().forEach(sink -> topics.add(sink.topic().value()));
        return topics;
    }

    /** The embedded broker knows neither logins nor encryption. */
    private static Map<String, String> kafka(Map<String, String> properties, String bootstrapServers) {
        Map<String, String> plain = new LinkedHashMap<>();
        properties.forEach((name, value) -> {
            String common = name.replaceFirst("^(consumer|producer|admin)\\.", "");
            if (!common.startsWith("sasl.")
                    && !common.startsWith("ssl.")
                    && !common.startsWith("security.")
                    && !common.equals("bootstrap.servers")) {
                plain.put(name, value);
            }
        });
        plain.put("bootstrap.servers", bootstrapServers);
        return plain;
    }
}
