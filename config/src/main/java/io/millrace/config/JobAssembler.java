package io.millrace.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the job of a checked tree, and checks what concerns more than one key. */
final class JobAssembler {
    private final ShapeCheck check;
    private final Environment environment;
    private final Report report;

    JobAssembler(ShapeCheck check, Environment environment, List<Problem> problems) {
        this.check = check;
        this.environment = environment;
        this.report = new Report(problems);
    }

    JobSpec assemble(Yaml root) {
        Section job = new Section(JobGrammar.JOB, root, root.span().first(), check);
        List<JobSpec.Source> sources = new ArrayList<>();
        for (Yaml.Entry entry : job.entries("sources")) {
            sources.add(source(entry));
        }
        List<JobSpec.Sink> sinks = new ArrayList<>();
        for (Yaml.Entry entry : job.entries("sinks")) {
            sinks.add(sink(entry));
        }
        StepReader steps = new StepReader(check, report);
        Pipelines pipelines = new Pipelines(sources, sinks, report);
        return new JobSpec(
                job.text("job"),
                job.text("time.zone"),
                kafka(job.entries("kafka")),
                List.copyOf(sources),
                pipelines.connect(steps.read(job.items("steps"))),
                List.copyOf(sinks),
                errors(job.section("errors", JobGrammar.ERRORS)),
                runtime(job.section("runtime", JobGrammar.RUNTIME)));
    }

    private Map<String, String> kafka(List<Yaml.Entry> entries) {
        Map<String, String> properties = new LinkedHashMap<>();
        Set<String> secretKeys = new HashSet<>();
        for (Yaml.Entry entry : entries) {
            if (entry.value() instanceof Yaml.Scalar scalar) {
                properties.put(entry.name(), scalar.text().value());
                if (scalar.text().secret()) {
                    secretKeys.add(entry.name());
                }
            }
        }
        return new KafkaProperties(properties, secretKeys);
    }

    private JobSpec.Source source(Yaml.Entry entry) {
        Section source =
                new Section(JobGrammar.SOURCE, entry.value(), entry.key().span(), check);
        List<Text> topics = source.texts(source.has("topic") ? "topic" : "topics");
        rejectRepeated(topics, "the topic");
        Text format = source.text("format");
        boolean isMapping = entry.value() instanceof Yaml.Mapping;
        boolean needsSchema = format.value().equals("json");
        if (isMapping && needsSchema && !source.has("schema")) {
            report.error(
                    entry.key(),
                    "'" + entry.name() + "' needs 'schema'",
                    "name its columns and their types, for example schema: {id: STRING, amount: DOUBLE}",
                    "json does not say which columns there are");
        } else if (!needsSchema && source.has("schema") && Shapes.FORMATS.contains(format.value())) {
            report.error(
                    source.keySpan("schema"),
                    "'schema' is for json only",
                    format.value().equals("avro")
                            ? "remove it: avro's columns come from the schema registry"
                            : "remove it: " + format + " has the one column value");
        }
        Section watermark = source.section("watermark", JobGrammar.WATERMARK);
        return new JobSpec.Source(
                entry.key(),
                topics,
                format,
                source.named("schema"),
                source.textOrNull("event.time"),
                watermark.durationOrZero("lag"),
                watermark.durationOrZero("idle"),
                watermark.durationOrZero("drift"));
    }

    private JobSpec.Sink sink(Yaml.Entry entry) {
        Section sink = new Section(JobGrammar.SINK, entry.value(), entry.key().span(), check);
        List<Text> key = sink.texts("key");
        rejectRepeated(key, "the column");
        Text keyFormat = sink.textOrNull("key.format");
        if (sink.has("key.format") && !sink.has("key")) {
            report.error(sink.keySpan("key.format"), "'key.format' without a 'key'", "name the key's columns: key: …");
        }
        return new JobSpec.Sink(
                entry.key(), sink.text("topic"), sink.text("format"), sink.has("format"), key, keyFormat);
    }

    private JobSpec.Errors errors(Section errors) {
        boolean tolerateAll = errors.text("tolerance").value().equals("all");
        Text deadLetters = errors.textOrNull("deadletterqueue.topic.name");
        if (deadLetters != null && !tolerateAll && (!errors.has("tolerance") || errors.value("tolerance") != null)) {
            report.error(
                    errors.keySpan("deadletterqueue.topic.name"),
                    "a dead letter topic needs 'tolerance: all'",
                    "add tolerance: all",
                    "with tolerance: none the job stops at the first bad record, so that none gets there");
        }
        return new JobSpec.Errors(
                tolerateAll, deadLetters, errors.text("on.data.loss").value().equals("continue"));
    }

    private JobSpec.Runtime runtime(Section runtime) {
        Section state = runtime.section("state", JobGrammar.STATE);
        Text workers = runtime.textOrNull("workers");
        Text standbys = runtime.textOrNull("standbys");
        Duration interval = runtime.durationOrZero("checkpoint.interval");
        return new JobSpec.Runtime(
                workers == null ? Math.max(1, environment.cores()) : Integer.parseInt(workers.value()),
                interval,
                standbys == null ? 0 : Integer.parseInt(standbys.value()),
                path(state, "dir"),
                state.sizeBytes("memory"),
                adminListen(runtime),
                path(runtime, "plugin.path"));
    }

    private Path path(Section section, String key) {
        ScalarText path = section.text(key);
        try {
            return environment.workingDirectory().resolve(path.value());
        } catch (InvalidPathException e) {
            report.error(path, "'" + path + "' is no path", null);
            return environment.workingDirectory();
        }
    }

    private static @Nullable String adminListen(Section runtime) {
        Text listen = runtime.section("admin", JobGrammar.ADMIN).textOrNull("listen");
        if (listen == null) {
            return null;
        }
        return listen.value().startsWith(":") ? "127.0.0.1" + listen.value() : listen.value();
    }

    private void rejectRepeated(List<Text> texts, String what) {
        Set<String> seen = new HashSet<>();
        for (Text text : texts) {
            if (!seen.add(text.value())) {
                report.error(text, what + " '" + text + "' comes twice", "remove one of the two");
            }
        }
    }
}
