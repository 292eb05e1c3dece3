package io.millrace.app.dev;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A job as it runs under {@code dev}: on the embedded broker, with its state in a temporary directory. */
final class DevJob {
    private static final String SESSION_TIMEOUT_MS = "5000";
    private static final String HEARTBEAT_INTERVAL_MS = "1000";
    private static final String TRANSACTION_TIMEOUT_MS = "5000";
    private static final Duration MAX_SHORT_CHECKPOINT = Duration.ofSeconds(1);

    private DevJob() {}

    static JobSpec of(JobSpec job, String bootstrapServers, Path stateDir) {
        return of(
                job,
                kafka(job.kafka(), bootstrapServers),
                stateDir,
                job.runtime().adminListen());
    }

    /** As {@link #of}, for a job whose instances are going to be killed: the others shall miss them soon. */
    static JobSpec impatient(JobSpec job, String bootstrapServers, Path stateDir) {
        return of(job, impatient(job, bootstrapServers), stateDir, job.runtime().adminListen());
    }

    /** As {@link #impatient}, for a further instance on the same machine, where the first one has the admin server's port. */
    static JobSpec another(JobSpec job, String bootstrapServers, Path stateDir) {
        return of(job, impatient(job, bootstrapServers), stateDir, null);
    }

    /** The value of a client property in a job, and its name, for a message; what the engine sets is not looked for. */
    static String setting(JobSpec job, String client, String name) {
        String own = job.kafka().get(client + "." + name);
        String value = own == null ? job.kafka().get(name) : own;
        return value == null ? name : name + " is " + value;
    }

    private static JobSpec of(JobSpec job, Map<String, String> kafka, Path stateDir, @Nullable String adminListen) {
        JobSpec.Runtime runtime = job.runtime();
        return new JobSpec(
                job.name(),
                job.timeZone(),
                kafka,
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
                        adminListen,
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

    private static Map<String, String> impatient(JobSpec job, String bootstrapServers) {
        Map<String, String> kafka = kafka(job.kafka(), bootstrapServers);
        if (!kafka.containsKey("session.timeout.ms") && !kafka.containsKey("heartbeat.interval.ms")) {
            kafka.putIfAbsent("consumer.session.timeout.ms", SESSION_TIMEOUT_MS);
            kafka.putIfAbsent("consumer.heartbeat.interval.ms", HEARTBEAT_INTERVAL_MS);
        }
        // A transaction must outlive its checkpoint interval by far.
        if (!kafka.containsKey("transaction.timeout.ms")
                && job.runtime().checkpointInterval().compareTo(MAX_SHORT_CHECKPOINT) <= 0) {
            kafka.putIfAbsent("producer.transaction.timeout.ms", TRANSACTION_TIMEOUT_MS);
        }
        return kafka;
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
