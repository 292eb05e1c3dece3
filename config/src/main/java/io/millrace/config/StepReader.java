package io.millrace.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads steps one by one, without regard to the streams between them. */
final class StepReader {
    private final ShapeCheck check;
    private final Report report;
    private final WindowReader windows;
    private final Map<String, Text> storeNames = new HashMap<>();

    StepReader(ShapeCheck check, Report report) {
        this.check = check;
        this.report = report;
        this.windows = new WindowReader(report);
    }

    /**
     * @param step null if it could not be read
     * @param verb null if it has none
     * @param mentioned the names that a step that could not be read may define, read or write
     */
    record Read(JobSpec.@Nullable Step step, @Nullable ScalarText verb, Set<String> mentioned) {}

    List<Read> read(List<Yaml> items) {
        List<Read> steps = new ArrayList<>();
        for (Yaml item : items) {
            if (item instanceof Yaml.Mapping map && !map.entries().isEmpty()) {
                Yaml.Entry entry = map.entries().get(0);
                JobSpec.Step step = check.isBad(map) || check.isBad(entry.value()) ? null : step(entry);
                steps.add(new Read(step, entry.key(), step == null ? mentioned(item) : Set.of()));
            } else {
                steps.add(new Read(null, null, mentioned(item)));
            }
        }
        return steps;
    }

    private static Set<String> mentioned(Yaml item) {
        Set<String> names = new HashSet<>();
        if (item instanceof Yaml.Scalar scalar) {
            names.add(scalar.text().value());
        } else if (item instanceof Yaml.Sequence list) {
            list.items().forEach(inner -> names.addAll(mentioned(inner)));
        } else if (item instanceof Yaml.Mapping map) {
            map.entries().forEach(entry -> names.addAll(mentioned(entry.value())));
        }
        return names;
    }

    private JobSpec.@Nullable Step step(Yaml.Entry entry) {
        ScalarText at = entry.key();
        Yaml wrapped = new Yaml.Mapping(at.span(), List.of(entry), entry.value().weight());
        Section step = new Section(StepGrammar.STEP, wrapped, at.span(), check);
        String verb = entry.name();
        return switch (verb) {
            case "from" -> new JobSpec.From(at, step.text(verb));
            case "union" -> union(at, step);
            case "filter" -> new JobSpec.Filter(at, step.text(verb));
            case "set" -> new JobSpec.SetColumns(at, step.named(verb));
            case "drop" -> new JobSpec.Drop(at, step.texts(verb));
            case "map" -> new JobSpec.MapRow(at, step.named(verb));
            case "flatten" -> new JobSpec.Flatten(at, step.text(verb));
            case "as" -> new JobSpec.As(at, step.text(verb));
            case "route" -> route(at, step.items(verb));
            case "key" -> new JobSpec.Key(at, step.texts(verb));
            case "aggregate" -> aggregate(at, step.section(verb, StepGrammar.AGGREGATE));
            case "dedupe" -> dedupe(at, step.section(verb, StepGrammar.DEDUPE));
            case "top" -> top(at, step.section(verb, StepGrammar.TOP));
            case "process" -> process(at, step.section(verb, StepGrammar.PROCESS));
            case "to" -> new JobSpec.To(at, step.text(verb));
            default -> null;
        };
    }

    private JobSpec.Step route(ScalarText at, List<Yaml> items) {
        List<JobSpec.Branch> branches = new ArrayList<>();
        for (Yaml item : items) {
            Section branch = new Section(StepGrammar.BRANCH, item, item.span().first(), check);
            boolean isElse = branch.has("else") && !branch.has("when");
            if (isElse && item != items.get(items.size() - 1)) {
                report.error(branch.keySpan("else"), "nothing gets past an 'else'", "make it the last branch");
            }
            ScalarText target = branch.textOrNull(isElse ? "else" : "to");
            if (target != null && !check.isBad(item)) {
                branches.add(new JobSpec.Branch(isElse ? null : branch.text("when"), target));
            }
        }
        return new JobSpec.Route(at, List.copyOf(branches));
    }

    private JobSpec.Step union(ScalarText at, Section step) {
        List<Text> streams = step.texts("union");
        Set<String> seen = new HashSet<>();
        for (Text stream : streams) {
            if (!seen.add(stream.value())) {
                report.error(stream, "the stream '" + stream + "' comes twice", "remove one of the two");
            }
        }
        if (streams.size() == 1 && step.items("union").size() == 1) {
            Text only = streams.get(0);
            report.error(only, "a union needs at least two streams", "with one alone, write from: " + only);
        }
        return new JobSpec.Union(at, streams);
    }

    private JobSpec.Step aggregate(ScalarText at, Section aggregate) {
        Yaml written = aggregate.value("window");
        boolean windowed = written instanceof Yaml.Mapping;
        boolean running = !aggregate.has("window") || written instanceof Yaml.Scalar;
        JobSpec.Window window = windows.windowOrNull(aggregate);
        JobSpec.Emit emit = emit(aggregate, running);
        checkLate(aggregate, running);
        Section late = aggregate.section("late", StepGrammar.LATE);
        return new JobSpec.Aggregate(
                at,
                storeName(aggregate),
                aggregate.texts("by"),
                windowed ? window : null,
                aggregate.named("values"),
                emit,
                new JobSpec.Late(late.durationOrZero("accept"), late.textOrNull("then")));
    }

    private JobSpec.Emit emit(Section aggregate, boolean running) {
        Yaml written = aggregate.value("emit");
        if (written instanceof Yaml.Mapping) {
            if (running) {
                report.error(
                        aggregate.section("emit", StepGrammar.EARLY).keySpan("early"),
                        "'early' needs a 'window'",
                        "remove 'emit', or give the aggregate a 'window'",
                        "without one each row gives the new result of its group at once");
            }
            return new JobSpec.Emit.Early(
                    aggregate.section("emit", StepGrammar.EARLY).durationOrZero("early"));
        }
        if (written instanceof Yaml.Scalar scalar) {
            boolean isFinal = scalar.text().value().equals("final");
            if (running && isFinal) {
                report.warning(
                        scalar.text(),
                        "this writes nothing unless the job is run with --until-end",
                        "give the aggregate a 'window', or remove 'emit' for a new result with each row");
            }
            return isFinal ? new JobSpec.Emit.Final() : new JobSpec.Emit.Updates();
        }
        return running ? new JobSpec.Emit.Updates() : new JobSpec.Emit.Final();
    }

    private void checkLate(Section aggregate, boolean running) {
        if (running && aggregate.has("late")) {
            report.error(
                    aggregate.keySpan("late"),
                    "'late' without a 'window'",
                    "remove it",
                    "a running aggregate never closes, so no row comes too late for it");
        } else if (aggregate.value("late") instanceof Yaml.Mapping late
                && late.entries().isEmpty()) {
            report.error(
                    aggregate.keySpan("late"),
                    "'late' needs 'accept' or 'then'",
                    "for example late: {accept: 5m}, or remove it");
        }
    }

    private JobSpec.Step dedupe(ScalarText at, Section dedupe) {
        return new JobSpec.Dedupe(
                at,
                storeName(dedupe),
                dedupe.texts("key"),
                dedupe.durationOrZero("within"),
                dedupe.text("keep").value().equals("last") ? JobSpec.Keep.LAST : JobSpec.Keep.FIRST);
    }

    private JobSpec.Step top(ScalarText at, Section top) {
        JobSpec.Window window = windows.windowOrNull(top);
        if (window instanceof JobSpec.Session) {
            report.error(
                    window.at(),
                    "'top' is not for sessions",
                    "rank in 'tumbling', 'hopping' or 'cumulating' windows",
                    "two sessions that become one would have to be ranked anew");
        }
        Text limit = top.textOrNull("limit");
        return new JobSpec.Top(
                at,
                storeName(top),
                top.texts("by"),
                top.text("order"),
                limit == null ? 1 : Integer.parseInt(limit.value()),
                window);
    }

    private JobSpec.Step process(ScalarText at, Section process) {
        return new JobSpec.Process(
                at,
                storeName(process),
                process.text("class"),
                process.texts("by"),
                config(process),
                process.named("outputs"));
    }

    private static Map<Text, Text> config(Section process) {
        Map<Text, Text> config = new LinkedHashMap<>();
        process.named("config").forEach((key, value) -> {
            boolean secret = value instanceof ScalarText && Secrets.looksSecret(key.value());
            config.put(key, secret ? ((ScalarText) value).hidden() : value);
        });
        return Collections.unmodifiableMap(config);
    }

    private ScalarText storeName(Section step) {
        ScalarText name = step.text("name");
        if (step.value("name") != null) {
            Text earlier = storeNames.putIfAbsent(name.value(), name);
            if (earlier != null) {
                report.error(
                        name,
                        "the name '" + name + "' is taken by another step, in line "
                                + earlier.at().line(),
                        "each names a store of its own");
            }
        }
        return name;
    }
}
