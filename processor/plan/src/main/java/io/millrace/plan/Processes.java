package io.millrace.plan;

import io.millrace.config.DidYouMean;
import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.serde.RowType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks steps of custom code. */
final class Processes {
    private final Scope scope;
    private final ProcessCatalog catalog;

    Processes(Scope scope, ProcessCatalog catalog) {
        this.scope = scope;
        this.catalog = catalog;
    }

    /** What the step gives, or null after reporting what is wrong with it. */
    @Nullable
    Outputs process(Stream input, JobSpec.Process step) {
        List<Integer> by = scope.keyColumns(input, step.by(), "by");
        ProcessDefinition definition = by == null ? null : open(input, step);
        if (by == null || definition == null || !takes(input, step, by, definition)) {
            return null;
        }
        boolean valid = configured(step, definition);
        valid &= sidesExist(step, definition);
        if (!valid) {
            return null;
        }
        Relation.Processed processed = scope.add(new Relation.Processed(input.relation(), step, by, definition));
        Map<Text, Stream> sides = new LinkedHashMap<>();
        step.outputs().forEach((side, target) -> {
            RowType columns = definition.sides().get(side.value());
            if (columns != null) {
                Relation relation = scope.add(new Relation.Side(processed, side.value(), columns));
                sides.put(target, Stream.ofStep(relation, null, input.timeType(), Set.of()));
            }
        });
        return new Outputs(Stream.ofStep(processed, null, input.timeType(), Set.of()), sides);
    }

    private @Nullable ProcessDefinition open(Stream input, JobSpec.Process step) {
        try {
            return catalog.open(step, input.columns());
        } catch (IllegalArgumentException e) {
            scope.error(step.className(), String.valueOf(e.getMessage()), null);
            return null;
        }
    }

    private boolean takes(Stream input, JobSpec.Process step, List<Integer> by, ProcessDefinition definition) {
        Updates updates = input.updates();
        if (updates == null) {
            return true;
        }
        if (!definition.takesUpdates()) {
            scope.error(
                    step.name(),
                    "'" + step.name().value() + "' would read the updates of '" + updates.step() + "', and "
                            + step.className().value() + " takes none",
                    updates.makeFinal());
            return false;
        }
        return scope.isKeptBy(updates, by, step.by(), "would not come to where the rows are that they replace", "go");
    }

    private boolean configured(JobSpec.Process step, ProcessDefinition definition) {
        List<String> known = definition.configKeys();
        if (known == null) {
            return true;
        }
        boolean configured = true;
        for (Text key : step.config().keySet()) {
            if (!known.contains(key.value())) {
                scope.error(
                        key,
                        step.className().value() + " does not know '" + key.value() + "'",
                        DidYouMean.hint(key.value(), known),
                        known.isEmpty() ? "it takes no configuration" : "it knows: " + String.join(", ", known));
                configured = false;
            }
        }
        return configured;
    }

    private boolean sidesExist(JobSpec.Process step, ProcessDefinition definition) {
        boolean exist = true;
        for (Text side : step.outputs().keySet()) {
            if (!definition.sides().containsKey(side.value())) {
                String has = definition.sides().isEmpty()
                        ? "it has none"
                        : "it has: " + String.join(", ", definition.sides().keySet());
                scope.error(
                        side,
                        "no side output '" + side.value() + "' of "
                                + step.className().value(),
                        DidYouMean.hint(side.value(), definition.sides().keySet()),
                        has);
                exist = false;
            }
        }
        return exist;
    }

    /** @param sides the streams of the side outputs, by their targets */
    record Outputs(Stream main, Map<Text, Stream> sides) {}
}
