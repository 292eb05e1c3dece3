package io.millrace.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** YAML text to a tree of bounded size, with the variables filled in. It reports what YAML itself gets wrong or hides. */
final class YamlParser {
    /** The largest job file. */
    static final int MAX_CHARACTERS = 1_000_000;

    static final int MAX_DEPTH = 40;

    /** The most values of a job, counting each alias with all that it stands for. */
    static final int MAX_VALUES = 50_000;

    private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

    private final SourceText source;
    private final Interpolation interpolation;
    private final List<Problem> problems;
    private final Map<Anchor, Yaml> anchors = new HashMap<>();
    private final Iterator<Event> events;

    YamlParser(SourceText source, Environment environment, List<Problem> problems) {
        this.source = source;
        this.interpolation = new Interpolation(environment, problems);
        this.problems = problems;
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(MAX_CHARACTERS + 1).build();
        this.events = new Parse(settings).parseString(source.text()).iterator();
    }

    /** The one document of the text, or null if there is none that could be read; then a problem says why. */
    @Nullable
    Yaml parse() {
        try {
            if (source.text().length() > MAX_CHARACTERS) {
                throw new Unreadable(
                        new Span(source, 0, 0),
                        "the file is larger than " + MAX_CHARACTERS + " characters",
                        "a job is a page of text; is this the right file?");
            }
            return document();
        } catch (Unreadable e) {
            problems.add(e.problem());
        } catch (YamlEngineException e) {
            problems.add(YamlSyntax.explain(e, source));
        }
        return null;
    }

    private @Nullable Yaml document() {
        next();
        Event event = next();
        if (event.getEventId() == Event.ID.StreamEnd) {
            throw new Unreadable(new Span(source, 0, 0), "the file is empty", "a job starts with job: and its name");
        }
        Yaml root = node(next(), 0);
        next();
        Event last = next();
        if (last.getEventId() != Event.ID.StreamEnd) {
            Span span = span(last);
            problems.add(Problem.error(
                    span.at(),
                    3,
                    "a second document starts here",
                    "one file is one job; put the other in its own file"));
        }
        return root;
    }

    private Yaml node(Event event, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Unreadable(
                    span(event).first(), "this is nested more than " + MAX_DEPTH + " deep", "no job needs that");
        }
        if (event instanceof AliasEvent alias) {
            return alias(alias);
        }
        Yaml node;
        if (event instanceof ScalarEvent scalar) {
            node = scalar(scalar, true);
        } else if (event.getEventId() == Event.ID.SequenceStart) {
            node = sequence((CollectionStartEvent) event, depth);
        } else {
            node = mapping((CollectionStartEvent) event, depth);
        }
        ((NodeEvent) event).getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        return node;
    }

    private Yaml alias(AliasEvent event) {
        Yaml target = anchors.get(event.getAlias());
        Span span = span(event);
        if (target == null) {
            String name = event.getAlias().getValue();
            problems.add(Problem.error(
                    span.at(),
                    span.length(),
                    "'*" + name + "' refers to no anchor above it",
                    "a value that starts with * needs quotes"));
            return new Yaml.Scalar(ScalarText.standingFor("", span), false, true);
        }
        return target;
    }

    private Yaml.Scalar scalar(ScalarEvent event, boolean isValue) {
        rejectTag(event.getTag(), event);
        Span span = contentSpan(event);
        String value = event.getValue();
        ScalarText raw = new ScalarText(value, span, ScalarOffsets.of(event.getScalarStyle(), value, span), false);
        boolean plain = event.getScalarStyle() == ScalarStyle.PLAIN;
        if (!isValue) {
            return new Yaml.Scalar(raw, false, false);
        }
        if (event.getTag().isPresent() || (plain && isCutByComment(raw))) {
            return new Yaml.Scalar(raw, false, true);
        }
        return filledIn(raw, plain);
    }

    private Yaml.Scalar filledIn(ScalarText raw, boolean plain) {
        if (!Interpolation.concerns(raw.value())) {
            return new Yaml.Scalar(raw, plain && NULLS.contains(raw.value()), false);
        }
        ScalarText text = interpolation.apply(raw);
        return new Yaml.Scalar(text == null ? raw : text, false, text == null);
    }

    private boolean isCutByComment(ScalarText raw) {
        int end = raw.span().end();
        String rest = source.text().substring(end, source.lineEnd(end));
        if (!rest.startsWith(" ") || !rest.stripLeading().startsWith("#") || !Expressions.isOpen(raw.value())) {
            return false;
        }
        Span mark = new Span(source, end + rest.indexOf('#'), end + rest.indexOf('#') + 1);
        problems.add(Problem.error(
                mark.at(),
                1,
                "' #' starts a comment, so the value ends before it",
                quoteIt(raw.span(), raw.span().written() + rest.stripTrailing())));
        return true;
    }

    private Yaml sequence(CollectionStartEvent start, int depth) {
        rejectTag(start.getTag(), start);
        List<Yaml> items = new ArrayList<>();
        int weight = 1;
        Event event = next();
        for (; event.getEventId() != Event.ID.SequenceEnd; event = next()) {
            Yaml item = node(event, depth + 1);
            weight = added(weight, item, start);
            items.add(item);
        }
        Span span = span(start).to(span(event));
        if (start.isFlow()) {
            items = new CommaTrap(problems, this::filledIn).mendList(items);
        }
        return new Yaml.Sequence(span, List.copyOf(items), weight);
    }

    private Yaml mapping(CollectionStartEvent start, int depth) {
        rejectTag(start.getTag(), start);
        List<Yaml.Entry> entries = new ArrayList<>();
        int weight = 1;
        Event event = next();
        for (; event.getEventId() != Event.ID.MappingEnd; event = next()) {
            Yaml.Scalar key = key(event, depth);
            Yaml value = node(next(), depth + 1);
            weight = added(weight, value, start);
            entries.add(new Yaml.Entry(key.text(), value));
        }
        Span span = span(start).to(span(event));
        if (start.isFlow()) {
            entries = new CommaTrap(problems, this::filledIn).mendMap(entries);
        }
        return new Yaml.Mapping(span, withoutDuplicates(entries), weight);
    }

    private int added(int weight, Yaml value, Event start) {
        int sum = weight + value.weight();
        if (sum > MAX_VALUES) {
            throw new Unreadable(
                    span(start).first(),
                    "with its aliases this stands for more than " + MAX_VALUES + " values",
                    "write out what is meant");
        }
        return sum;
    }

    private Yaml.Scalar key(Event event, int depth) {
        if (event instanceof ScalarEvent scalar) {
            Yaml.Scalar key = scalar(scalar, false);
            if (Interpolation.concerns(key.text().value())) {
                Span span = key.span();
                problems.add(Problem.error(span.at(), span.length(), "'${' works in values, not in keys", null));
            }
            return key;
        }
        // A list or mapping as a key is most often a variable that lacks its quotes: {${X}: 1}.
        Span span = node(event, depth + 1).span();
        problems.add(Problem.error(span.at(), span.length(), "a key must be a word", "put it in quotes"));
        return new Yaml.Scalar(ScalarText.standingFor(span.written(), span), false, true);
    }

    private List<Yaml.Entry> withoutDuplicates(List<Yaml.Entry> entries) {
        Map<String, Yaml.Entry> first = new HashMap<>();
        List<Yaml.Entry> kept = new ArrayList<>();
        for (Yaml.Entry entry : entries) {
            Yaml.Entry earlier = first.putIfAbsent(entry.name(), entry);
            if (earlier == null) {
                kept.add(entry);
                continue;
            }
            Span span = entry.key().span();
            int line = earlier.key().at().line();
            problems.add(Problem.error(
                    span.at(),
                    span.length(),
                    "'" + entry.name() + "' comes twice",
                    line == span.at().line() ? "keep one of the two" : "it is already in line " + line));
        }
        return List.copyOf(kept);
    }

    private void rejectTag(Optional<String> tag, Event event) {
        if (tag.isPresent()) {
            Span span = span(event);
            int end = span.start();
            while (end < span.end() && !Character.isWhitespace(source.text().charAt(end))) {
                end++;
            }
            problems.add(Problem.error(
                    span.at(),
                    end - span.start(),
                    "a value that starts with '!' is a YAML tag, and a job has none",
                    "an expression says NOT; any other text needs quotes"));
        }
    }

    /** A scalar's own place: the parser's starts at its anchor. */
    private Span contentSpan(ScalarEvent event) {
        Span span = span(event);
        String text = source.text();
        int start = span.start();
        if (event.getAnchor().isPresent() && start < span.end() && text.charAt(start) == '&') {
            while (start < span.end() && !Character.isWhitespace(text.charAt(start))) {
                start++;
            }
            while (start < span.end() && Character.isWhitespace(text.charAt(start))) {
                start++;
            }
        }
        return new Span(source, start, span.end());
    }

    private Span span(Event event) {
        int start = source.offset(event.getStartMark().map(Mark::getIndex).orElse(0));
        int end = source.offset(event.getEndMark().map(Mark::getIndex).orElse(0));
        return new Span(source, start, Math.max(start, end));
    }

    private Event next() {
        return events.next();
    }

    /** The advice to quote what stands at a place, with the text as it would look unless it is a secret. */
    static String quoteIt(Span place, String text) {
        if (SecretLines.hides(place.source(), place.at().line())) {
            return "put the whole value in quotes";
        }
        boolean single = text.contains("\"") || text.contains("\\");
        return "put the whole value in quotes: " + (single ? "'" + text.replace("'", "''") + "'" : "\"" + text + "\"");
    }
}
