package io.millrace.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads steps one by one, without regard to the streams between them. */
final class StepReader {
    private final ShapeCheck check;
    private final Report report;
    private final Map<String, Text> storeNames = new HashMap<>();

    StepReader(ShapeCheck check, Report report) {
        this.check = check;
        this.report = report;
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
        Section step = new Section(JobGrammar.STEP, wrapped, at.span(), check);
        String verb = entry.name();
        return switch (verb) {
            case "from" -> new JobSpec.From(at, step.text(verb));
            case "filter" -> new JobSpec.Filter(at, step.text(verb));
            case "set" -> new JobSpec.SetColumns(at, step.named(verb));
            case "drop" -> new JobSpec.Drop(at, step.texts(verb));
            case "map" -> new JobSpec.MapRow(at, step.named(verb));
            case "as" -> new JobSpec.As(at, step.text(verb));
            case "route" -> route(at, step.items(verb));
            case "key" -> new JobSpec.Key(at, step.texts(verb));
            case "aggregate" -> aggregate(at, step.section(verb, JobGrammar.AGGREGATE));
            case "to" -> new JobSpec.To(at, step.text(verb));
            default -> null;
        };
    }

    private JobSpec.Step route(ScalarText at, List<Yaml> items) {
        List<JobSpec.Branch> branches = new ArrayList<>();
        for (Yaml item : items) {
            Section branch = new Section(JobGrammar.BRANCH, item, item.span().first(), check);
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

    private JobSpec.Step aggregate(ScalarText at, Section aggregate) {
        ScalarText name = aggregate.text("name");
        if (aggregate.value("name") != null) {
            Text earlier = storeNames.putIfAbsent(name.value(), name);
            if (earlier != null) {
                report.error(
                        name,
                        "the name '" + name + "' is taken by another aggregate, in line "
                                + earlier.at().line(),
                        "each names a store of its own");
            }
        }
        Yaml written = aggregate.value("window");
        JobSpec.Window window =
                written instanceof Yaml.Mapping ? window(aggregate.section("window", JobGrammar.WINDOW)) : null;
        boolean running = !aggregate.has("window") || written instanceof Yaml.Scalar;
        boolean windowed = written instanceof Yaml.Mapping;
        JobSpec.Emit standard = running ? new JobSpec.Emit.Updates() : new JobSpec.Emit.Final();
        checkEmit(aggregate, running, windowed);
        Section late = aggregate.section("late", JobGrammar.LATE);
        if (running && aggregate.has("late")) {
            report.error(
                    aggregate.keySpan("late"),
                    "'late' without a 'window'",
                    "remove it",
                    "a running aggregate never closes, so no row comes too late for it");
        }
        return new JobSpec.Aggregate(
                at,
                name,
                aggregate.texts("by"),
                window,
                aggregate.named("values"),
                standard,
                new JobSpec.Late(late.durationOrZero("accept"), null));
    }

    private void checkEmit(Section aggregate, boolean running, boolean windowed) {
        Text emit = aggregate.textOrNull("emit");
        if (emit == null) {
            return;
        }
        if (running && emit.value().equals("final")) {
            report.error(
                    emit,
                    "a running aggregate has no final result",
                    "remove 'emit', or give the aggregate a 'window'",
                    "it never ends; each row updates its group's result");
        } else if (windowed && emit.value().equals("updates")) {
            report.error(
                    emit,
                    "a window's results come once, when it closes",
                    "remove 'emit'",
                    "updates are for running aggregates; results of open windows are not offered yet");
        }
    }

    private JobSpec.@Nullable Window window(Section window) {
        boolean tumbling = window.has("tumbling");
        String kind = tumbling ? "tumbling" : "hopping";
        Duration size = window.duration(kind);
        Duration every = tumbling ? size : window.duration("every");
        Duration offset = window.duration("offset");
        if (size == null || every == null || offset == null) {
            return null;
        }
        Span keySpan = window.keySpan(kind);
        ScalarText at = ScalarText.standingFor(kind, keySpan);
        if (size.toMillis() % every.toMillis() != 0) {
            report.error(
                    window.valueSpan("every"),
                    "the size " + Durations.write(size) + " is not a multiple of " + Durations.write(every),
                    nearestDivisor(size, every));
        }
        if (offset.abs().compareTo(size) >= 0) {
            report.error(
                    window.valueSpan("offset"),
                    "the offset must be less than the window's size, which is " + Durations.write(size),
                    null);
        }
        return tumbling ? new JobSpec.Tumbling(at, size, offset) : new JobSpec.Hopping(at, size, every, offset);
    }

    /** The next smaller duration in the same unit that divides the size. */
    private static @Nullable String nearestDivisor(Duration size, Duration every) {
        long unitMs = Durations.unitMs(every);
        long candidateMs = every.toMillis();
        for (int tries = 0; tries < 1_000 && candidateMs > 0; tries++, candidateMs -= unitMs) {
            if (size.toMillis() % candidateMs == 0) {
                return "for example every: " + Durations.write(Duration.ofMillis(candidateMs));
            }
        }
        return null;
    }
}
