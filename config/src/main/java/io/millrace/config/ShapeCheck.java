package io.millrace.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares a tree with its {@link Shape}, reports every difference, and remembers which values are not to be read. */
final class ShapeCheck {
    /** Plain words that YAML 1.1, which many tools still speak, reads as booleans. */
    private static final Set<String> BOOLEANS = Set.of("on", "off", "yes", "no");

    private static final String JOB = "a job";

    private final List<Problem> problems;
    private final Set<Yaml> bad = Collections.newSetFromMap(new IdentityHashMap<>());
    private int structuralCount;

    ShapeCheck(List<Problem> problems) {
        this.problems = problems;
    }

    /** A value's name in messages, and the place where what it lacks is reported. */
    private record Label(String name, Span at) {
        static Label of(ScalarText key) {
            return new Label("'" + key.value() + "'", key.span());
        }
    }

    void check(Yaml root) {
        check(JobGrammar.JOB, root, new Label(JOB, root.span().first()));
    }

    /** Whether the value has a problem of its own; what is inside of it may still be right. */
    boolean isBad(Yaml value) {
        return bad.contains(value);
    }

    /** How many of the problems the JSON Schema finds, too. */
    int structuralCount() {
        return structuralCount;
    }

    private void check(Shape shape, Yaml value, Label label) {
        if (value instanceof Yaml.Scalar scalar && (scalar.absent() || scalar.broken())) {
            bad.add(value);
            if (scalar.absent()) {
                String hint = scalar.text().value().isEmpty() ? null : "an expression says CAST(NULL AS a type)";
                structural(label.at(), label.name() + " has no value", hint, List.of("it takes " + shape.what()));
            }
        } else if (shape instanceof Shape.Scalar one) {
            checkScalar(one, value, label);
        } else if (shape instanceof Shape.ListOf list) {
            checkList(list, value, label);
        } else if (shape instanceof Shape.OneOrMany several) {
            if (value instanceof Yaml.Sequence) {
                checkList(new Shape.ListOf(several.item()), value, label);
            } else if (value instanceof Yaml.Scalar) {
                checkScalar(several.item(), value, label);
            } else {
                wrongKind(several, value, label);
            }
        } else if (shape instanceof Shape.Either either) {
            checkEither(either, value, label);
        } else if (shape instanceof Shape.Named named) {
            checkNamed(named, value, label);
        } else if (shape instanceof Shape.Sections sections) {
            checkSections(sections, value, label);
        } else if (shape instanceof Shape.Fields fields) {
            checkFields(fields, value, label);
        } else if (shape instanceof Shape.Open && !(value instanceof Yaml.Mapping)) {
            wrongKind(shape, value, label);
        }
    }

    private void checkEither(Shape.Either shape, Yaml value, Label label) {
        if (value instanceof Yaml.Mapping) {
            checkFields(shape.fields(), value, label);
        } else if (value instanceof Yaml.Scalar scalar) {
            Fault fault = shape.scalar().type().fault(scalar.text());
            if (fault != null) {
                bad.add(value);
                String possible = "it takes " + shape.what();
                boolean guessed = fault.hint() != null;
                structural(
                        value.span(),
                        label.name() + " " + fault.message(),
                        guessed ? fault.hint() : possible,
                        guessed ? List.of(possible) : List.of());
            }
        } else {
            wrongKind(shape, value, label);
        }
    }

    private void checkScalar(Shape.Scalar shape, Yaml value, Label label) {
        if (!(value instanceof Yaml.Scalar scalar)) {
            wrongKind(shape, value, label);
            return;
        }
        Fault fault = shape.type().fault(scalar.text());
        if (fault != null) {
            bad.add(value);
            // The schema cannot know what a variable stands for.
            boolean isVariable = Interpolation.concerns(value.span().written());
            structuralCount += fault.structural() && !isVariable ? 1 : 0;
            report(value.span(), label.name() + " " + fault.message(), fault.hint(), fault.notes());
        }
    }

    private void checkList(Shape.ListOf shape, Yaml value, Label label) {
        if (!(value instanceof Yaml.Sequence list)) {
            wrongKind(shape, value, label);
            return;
        }
        if (list.items().isEmpty()) {
            bad.add(value);
            structural(value.span(), label.name() + " is empty", null, List.of());
        }
        for (Yaml item : list.items()) {
            check(
                    shape.item(),
                    item,
                    new Label(itemName(shape.item(), label), item.span().first()));
        }
    }

    private static String itemName(Shape item, Label list) {
        if (item instanceof Shape.Fields fields) {
            return fields.single() ? "a step" : "an item of " + list.name();
        }
        return "an item of " + list.name();
    }

    private void checkNamed(Shape.Named shape, Yaml value, Label label) {
        if (!(value instanceof Yaml.Mapping map)) {
            wrongKind(shape, value, label);
            return;
        }
        if (map.entries().isEmpty() && shape.known().isEmpty()) {
            bad.add(value);
            structural(value.span(), label.name() + " is empty", null, List.of());
        }
        for (Yaml.Entry entry : map.entries()) {
            String reason = shape.forbidden().get(entry.name());
            if (reason != null) {
                bad.add(entry.value());
                structural(entry.key().span(), "'" + entry.name() + "' is Millrace's to set", reason, List.of());
                continue;
            }
            warnOfBoolean(entry.key());
            Shape known = shape.known().stream()
                    .filter(key -> key.name().equals(entry.name()))
                    .map(Shape.Key::shape)
                    .findFirst()
                    .orElse(shape.value());
            check(known, entry.value(), Label.of(entry.key()));
        }
        checkRequired(shape.known(), map, Set.of(), label);
    }

    private void checkSections(Shape.Sections shape, Yaml value, Label label) {
        if (!(value instanceof Yaml.Mapping map)) {
            wrongKind(shape, value, label);
            return;
        }
        if (map.entries().isEmpty()) {
            bad.add(value);
            structural(value.span(), label.name() + " is empty", null, List.of());
        }
        for (Yaml.Entry entry : map.entries()) {
            Fault fault = shape.names().fault(entry.key());
            if (fault != null) {
                String message = "a name in " + label.name() + " " + fault.message();
                structural(entry.key().span(), message, fault.hint(), fault.notes());
            }
            warnOfBoolean(entry.key());
            check(shape.fields(), entry.value(), Label.of(entry.key()));
        }
    }

    private void checkFields(Shape.Fields shape, Yaml value, Label label) {
        if (!(value instanceof Yaml.Mapping map)) {
            wrongKind(shape, value, label);
            return;
        }
        Set<String> meant = new HashSet<>();
        for (Yaml.Entry entry : map.entries()) {
            Shape.Key key = shape.key(entry.name());
            if (key != null) {
                boolean alone = map.entries().size() == 1 || !shape.single() || !isAbsent(entry.value());
                if (alone) {
                    check(key.shape(), entry.value(), Label.of(entry.key()));
                }
            } else if (!shape.single() || map.entries().get(0).name().equals(entry.name())) {
                unknown(shape, entry, map, label, meant);
            }
        }
        if (shape.single()) {
            checkSingle(shape, map, label);
        } else {
            checkRequired(shape.keys(), map, meant, label);
            if (map.entries().stream().allMatch(entry -> shape.key(entry.name()) != null)) {
                checkChoice(shape, map, label);
            }
        }
    }

    private void unknown(Shape.Fields shape, Yaml.Entry entry, Yaml.Mapping map, Label label, Set<String> meant) {
        ScalarText key = entry.key();
        String closest = DidYouMean.closest(key.value(), shape.names());
        if (closest != null) {
            meant.add(closest);
        }
        List<String> notes = new ArrayList<>();
        notes.add("possible here: " + String.join(", ", shape.names()));
        if (BOOLEANS.contains(key.value())) {
            notes.add("no key is called on, off, yes or no, because many YAML tools read these as true and false");
        }
        String where = shape.single() || label.name().equals(JOB) ? "" : " in " + label.name();
        structural(
                key.span(),
                "unknown " + shape.word() + " '" + Fault.shown(key) + "'" + where,
                closest == null ? cutOff(entry, map) : "did you mean '" + closest + "'?",
                notes);
    }

    /** A hint for {@code {order: price DESC, bidder}}, where the comma ends the value and leaves a key without a value; or null. */
    private static @Nullable String cutOff(Yaml.Entry entry, Yaml.Mapping map) {
        int index = map.entries().indexOf(entry);
        if (index == 0
                || !(entry.value() instanceof Yaml.Scalar rest)
                || !rest.absent()
                || !rest.text().value().isEmpty()) {
            return null;
        }
        Yaml.Entry before = map.entries().get(index - 1);
        Span whole = before.value().span().to(entry.key().span());
        String between = whole.source()
                .text()
                .substring(before.value().span().end(), entry.key().span().start());
        boolean continues =
                before.value() instanceof Yaml.Scalar && between.strip().equals(",");
        return continues
                ? "if it belongs to '" + before.name() + "', " + YamlParser.quoteIt(whole, whole.written())
                : null;
    }

    private void checkSingle(Shape.Fields shape, Yaml.Mapping map, Label label) {
        if (map.entries().isEmpty()) {
            structural(label.at(), label.name() + " is empty", null, List.of());
        } else if (map.entries().size() > 1) {
            Yaml.Entry first = map.entries().get(0);
            ScalarText second = map.entries().get(1).key();
            bad.add(map);
            boolean outdented = isAbsent(first.value());
            structural(
                    second.span(),
                    "a step has one verb, and this one has '" + first.name() + "' already",
                    outdented ? "indent this to below '" + first.name() + "'" : "start the next step with '- '",
                    shape.key(second.value()) == null && !outdented
                            ? List.of("possible here: " + String.join(", ", shape.names()))
                            : List.of());
        }
    }

    private void checkRequired(List<Shape.Key> keys, Yaml.Mapping map, Set<String> meant, Label label) {
        for (Shape.Key key : keys) {
            if (key.required() && map.entry(key.name()) == null && !meant.contains(key.name())) {
                bad.add(map);
                structural(
                        label.at(),
                        label.name() + " needs '" + key.name() + "'",
                        null,
                        List.of(key.name() + ": " + key.shape().what() + ". " + key.meaning()));
            }
        }
    }

    private void checkChoice(Shape.Fields shape, Yaml.Mapping map, Label label) {
        List<Yaml.Entry> chosen = map.entries().stream()
                .filter(entry -> shape.exactlyOneOf().contains(entry.name()))
                .toList();
        if (chosen.size() > 1) {
            bad.add(map);
            String first = chosen.get(0).name();
            ScalarText second = chosen.get(1).key();
            String message = "'" + second.value() + "' cannot stand beside '" + first + "'";
            structural(second.span(), message, "keep one of the two", List.of());
        } else if (chosen.isEmpty() && !shape.exactlyOneOf().isEmpty()) {
            bad.add(map);
            structural(label.at(), label.name() + " needs " + list(shape.exactlyOneOf(), "or"), null, List.of());
        }
        if (chosen.size() == 1) {
            for (Yaml.Entry entry : map.entries()) {
                List<String> needed = shape.needs().getOrDefault(entry.name(), List.of());
                if (!needed.isEmpty() && needed.stream().allMatch(key -> map.entry(key) == null)) {
                    bad.add(map);
                    missing(entry.key(), needed, chosen.get(0), shape);
                }
            }
        }
    }

    /** What is needed is either left out, or cannot be there because something else has been chosen in its place. */
    private void missing(ScalarText key, List<String> needed, Yaml.Entry chosen, Shape.Fields shape) {
        if (shape.exactlyOneOf().containsAll(needed)) {
            String message = "'" + key.value() + "' cannot stand beside '" + chosen.name() + "'";
            structural(key.span(), message, "it belongs to " + list(needed, "and"), List.of());
        } else {
            String message = "'" + key.value() + "' needs " + list(needed, "or") + " beside it";
            structural(key.span(), message, null, List.of());
        }
    }

    /** {@code 'a', 'b' or 'c'}. */
    private static String list(List<String> keys, String word) {
        String last = "'" + keys.get(keys.size() - 1) + "'";
        String others = String.join("', '", keys.subList(0, keys.size() - 1));
        return others.isEmpty() ? last : "'" + others + "' " + word + " " + last;
    }

    private void wrongKind(Shape shape, Yaml value, Label label) {
        bad.add(value);
        Span at = value instanceof Yaml.Scalar ? value.span() : label.at();
        structural(at, label.name() + " must be " + shape.what() + ", not " + value.kind(), null, List.of());
    }

    private void warnOfBoolean(ScalarText key) {
        boolean plain = key.span().written().equals(key.value());
        if (plain && BOOLEANS.contains(key.value())) {
            problems.add(new Problem(
                    Problem.Severity.WARNING,
                    key.at(),
                    key.length(),
                    "many YAML tools read '" + key.value() + "' as true or false",
                    "put it in quotes",
                    List.of()));
        }
    }

    private void structural(Span at, String message, @Nullable String hint, List<String> notes) {
        structuralCount++;
        report(at, message, hint, notes);
    }

    private void report(Span at, String message, @Nullable String hint, List<String> notes) {
        problems.add(new Problem(Problem.Severity.ERROR, at.at(), at.length(), message, hint, notes));
    }

    private static boolean isAbsent(Yaml value) {
        return value instanceof Yaml.Scalar scalar && scalar.absent();
    }
}
