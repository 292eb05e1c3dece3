package io.millrace.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Connects steps to sources, named streams and sinks by their names, and finds what is connected to nothing. */
final class Pipelines {
    private final List<JobSpec.Source> sources;
    private final Report report;
    private final Map<String, Text> sourceNames = new LinkedHashMap<>();
    private final Map<String, JobSpec.Sink> sinks = new LinkedHashMap<>();
    private final Map<String, Text> sinkNames = new LinkedHashMap<>();
    /** All streams that the steps name anywhere. */
    private final Map<String, Text> streamNames = new LinkedHashMap<>();
    /** Those that are named above the step at hand. */
    private final Set<String> named = new LinkedHashSet<>();

    private final Set<String> read = new HashSet<>();
    /** Sinks that rows of a stream go to, each with the first mention. */
    private final Map<String, Text> written = new HashMap<>();
    /** Sinks that late records go to, each with the first mention. */
    private final Map<String, Text> late = new LinkedHashMap<>();
    /** Names in steps that could not be read: nothing that needs them may be called wrong. */
    private final Set<String> mentioned = new HashSet<>();

    private final List<JobSpec.Step> connected = new ArrayList<>();
    private @Nullable Pipeline current;
    private boolean sourcesUnsure;

    private static final class Pipeline {
        /** Null as long as nothing is known to be wrong if the pipeline ended here. */
        private JobSpec.@Nullable Step last;

        private boolean isUnsure;
        private boolean hasEnded;
    }

    Pipelines(List<JobSpec.Source> sources, List<JobSpec.Sink> sinks, Report report) {
        this.sources = sources;
        this.report = report;
        sources.forEach(source -> sourceNames.put(source.name().value(), source.name()));
        for (JobSpec.Sink sink : sinks) {
            this.sinks.put(sink.name().value(), sink);
            sinkNames.put(sink.name().value(), sink.name());
        }
    }

    /** The steps that could be read, the left-out {@code from} put in. */
    List<JobSpec.Step> connect(List<StepReader.Read> steps) {
        sinkNames.forEach(this::rejectSourceAsSink);
        steps.forEach(this::collectNames);
        steps.forEach(this::connect);
        finish();
        late.forEach(this::checkLateSink);
        if (!steps.isEmpty()) {
            reportUnused();
        }
        return List.copyOf(connected);
    }

    private void rejectSourceAsSink(String name, Text sink) {
        Text source = sourceNames.get(name);
        if (source != null) {
            String where = " in line " + source.at().line();
            report.error(sink, "'" + name + "' is already the name of a source" + where, "give the sink another");
        }
    }

    private void collectNames(StepReader.Read read) {
        mentioned.addAll(read.mentioned());
        if (read.step() instanceof JobSpec.As as) {
            collectStream(as.name());
        } else if (read.step() instanceof JobSpec.Route route) {
            route.branches().forEach(branch -> collectTarget(branch.target()));
        } else if (read.step() instanceof JobSpec.Process process) {
            process.outputs().values().forEach(this::collectTarget);
        }
    }

    private void collectTarget(Text target) {
        if (!sinkNames.containsKey(target.value())) {
            collectStream(target);
        }
    }

    private void collectStream(Text name) {
        String what = sourceNames.containsKey(name.value()) ? "a source" : "a sink";
        Text taken = sourceNames.getOrDefault(name.value(), sinkNames.get(name.value()));
        if (taken == null) {
            taken = streamNames.putIfAbsent(name.value(), name);
            what = "another stream";
        }
        if (taken != null) {
            String where = " in line " + taken.at().line();
            report.error(name, "'" + name + "' is already the name of " + what + where, "choose another name");
        }
    }

    private void connect(StepReader.Read read) {
        JobSpec.Step step = read.step();
        if (step == null) {
            current().isUnsure = true;
            sourcesUnsure |= connected.isEmpty();
            return;
        }
        if (starts(step)) {
            finish();
            current = new Pipeline();
        } else {
            enter(step, read.verb());
        }
        connected.add(step);
        current().last = step;
        resolveNames(step);
    }

    private static boolean starts(JobSpec.Step step) {
        return step instanceof JobSpec.From || step instanceof JobSpec.Union;
    }

    private void resolveNames(JobSpec.Step step) {
        if (step instanceof JobSpec.From from) {
            resolve(from.stream());
        } else if (step instanceof JobSpec.Union union) {
            union.streams().forEach(this::resolve);
        } else if (step instanceof JobSpec.As as) {
            named.add(as.name().value());
        } else if (step instanceof JobSpec.To to) {
            resolveSink(to.sink(), written);
        } else if (step instanceof JobSpec.Aggregate aggregate
                && aggregate.late().then() != null) {
            resolveSink(aggregate.late().then(), late);
        } else if (step instanceof JobSpec.Process process) {
            process.outputs().values().forEach(this::resolveTarget);
        } else if (step instanceof JobSpec.Route route) {
            current().hasEnded = true;
            route.branches().forEach(branch -> resolveTarget(branch.target()));
        }
    }

    private void resolveTarget(Text target) {
        if (sinkNames.containsKey(target.value())) {
            written.putIfAbsent(target.value(), target);
        } else {
            named.add(target.value());
        }
    }

    private Pipeline current() {
        if (current == null) {
            current = new Pipeline();
        }
        return current;
    }

    /** Makes sure that there is a pipeline for a step that does not start one. */
    private void enter(JobSpec.Step step, @Nullable ScalarText verb) {
        if (current == null) {
            current = new Pipeline();
            if (sources.size() == 1 && verb != null) {
                Text source = sources.get(0).name();
                read.add(source.value());
                connected.add(new JobSpec.From(
                        ScalarText.standingFor("from", verb.span()),
                        ScalarText.standingFor(source.value(), verb.span())));
            } else if (sources.size() > 1) {
                sourcesUnsure = true;
                report.error(
                        step.at(),
                        "the first step must be a 'from', as there are several sources",
                        "start with from: " + String.join(" or from: ", sourceNames.keySet()));
            }
        } else if (current.hasEnded) {
            current = new Pipeline();
            current.isUnsure = true;
            report.error(
                    step.at(),
                    "'" + step.at().value() + "' comes after 'route', which ends the pipeline",
                    "start the next one with 'from'",
                    "what a branch of the route took is read by from and the branch's name");
        }
    }

    private void resolve(Text stream) {
        String name = stream.value();
        if (sourceNames.containsKey(name) || named.contains(name)) {
            read.add(name);
        } else if (streamNames.containsKey(name)) {
            read.add(name);
            int line = streamNames.getOrDefault(name, stream).at().line();
            report.error(stream, "the stream '" + name + "' is named only in line " + line, "move this below it");
        } else if (sinkNames.containsKey(name)) {
            report.error(
                    stream,
                    "'" + name + "' is a sink; a pipeline starts from a source or a stream",
                    "name the stream with 'as' before it is written, and start from that");
        } else if (!mentioned.contains(name)) {
            List<String> known = new ArrayList<>(sourceNames.keySet());
            known.addAll(streamNames.keySet());
            unknown(stream, "unknown source or stream '" + name + "'", known);
        }
    }

    private void resolveSink(Text sink, Map<String, Text> mentions) {
        String name = sink.value();
        if (sinkNames.containsKey(name)) {
            mentions.putIfAbsent(name, sink);
        } else if (sourceNames.containsKey(name) || streamNames.containsKey(name)) {
            String what = sourceNames.containsKey(name) ? "a source" : "a stream";
            report.error(sink, "'" + name + "' is " + what + ", not a sink", "declare a sink under 'sinks'");
        } else if (!mentioned.contains(name)) {
            unknown(sink, "unknown sink '" + name + "'", List.copyOf(sinkNames.keySet()));
        }
    }

    /** Late records go on as they were read, with their key and in their format, so that rows of a stream do not fit beside them. */
    private void checkLateSink(String name, Text then) {
        Text rows = written.get(name);
        if (rows != null) {
            report.error(
                    then,
                    "the sink '" + name + "' also takes the rows of a stream, in line "
                            + rows.at().line(),
                    "declare a sink for late records alone",
                    "late records keep their own format");
        }
        JobSpec.Sink sink = sinks.get(name);
        if (sink != null && !sink.key().isEmpty()) {
            String where = " in line " + then.at().line();
            report.error(
                    sink.key().get(0),
                    "the sink '" + name + "' takes late records" + where + ", so it cannot have a 'key'",
                    "remove it",
                    "late records keep their own key");
        }
    }

    private void unknown(Text name, String message, List<String> known) {
        String closest = DidYouMean.closest(name.value(), known);
        if (closest != null) {
            mentioned.add(closest);
        }
        report.error(name, message, closest == null ? null : "did you mean '" + closest + "'?", known(known));
    }

    private static String known(List<String> names) {
        return names.isEmpty() ? "there is none" : "there is: " + String.join(", ", names);
    }

    private void finish() {
        if (current == null || current.isUnsure || current.last == null) {
            return;
        }
        JobSpec.Step last = current.last;
        boolean leadsOn = last instanceof JobSpec.To
                || last instanceof JobSpec.Route
                || last instanceof JobSpec.As
                || (last instanceof JobSpec.Process process
                        && !process.outputs().isEmpty());
        if (!leadsOn) {
            report.error(
                    last.at(), "the result of this step goes nowhere", "end the pipeline with 'to', 'route' or 'as'");
        }
    }

    private void reportUnused() {
        Set<String> used = new HashSet<>(read);
        used.addAll(mentioned);
        streamNames.forEach((name, at) -> {
            if (!used.contains(name)) {
                reportUnusedStream(name, at);
            }
        });
        sourceNames.forEach((name, at) -> {
            if (!used.contains(name) && !sourcesUnsure) {
                report.warning(at, "nothing reads the source '" + name + "'", "start a pipeline with from: " + name);
            }
        });
        sinkNames.forEach((name, at) -> {
            if (!written.containsKey(name)
                    && !late.containsKey(name)
                    && !mentioned.contains(name)
                    && !sourceNames.containsKey(name)) {
                report.warning(at, "nothing is written to the sink '" + name + "'", "write to it with to: " + name);
            }
        });
    }

    private void reportUnusedStream(String name, Text at) {
        boolean isBranch = connected.stream()
                .anyMatch(step -> step instanceof JobSpec.Route route
                        && route.branches().stream().anyMatch(branch -> branch.target() == at));
        if (isBranch) {
            unknown(at, "'" + name + "' is neither a sink nor read by a 'from' below", List.copyOf(sinkNames.keySet()));
        } else if (isOutput(at)) {
            String closest = DidYouMean.closest(name, List.copyOf(sinkNames.keySet()));
            String hint = closest == null ? "read it with from: " + name + ", or remove it" : null;
            if (closest != null) {
                mentioned.add(closest);
                hint = "did you mean the sink '" + closest + "'?";
            }
            report.warning(at, "nothing reads the stream '" + name + "'", hint);
        } else if (isLast(at)) {
            report.error(
                    at,
                    "the pipeline ends here, and nothing reads '" + name + "'",
                    "write it with 'to', or read it with from: " + name);
        } else {
            report.warning(at, "nothing reads the stream '" + name + "'", "remove this step");
        }
    }

    private boolean isOutput(Text streamName) {
        return connected.stream()
                .anyMatch(step -> step instanceof JobSpec.Process process
                        && process.outputs().values().stream().anyMatch(output -> output == streamName));
    }

    private boolean isLast(Text streamName) {
        for (int i = 0; i < connected.size(); i++) {
            boolean ends = i + 1 == connected.size() || starts(connected.get(i + 1));
            if (connected.get(i) instanceof JobSpec.As as && as.name() == streamName) {
                return ends;
            }
        }
        return false;
    }
}
