package io.millrace.config;

import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the tests of a job: the section {@code tests} of a job file or of a file that holds nothing else. From any thread. */
public final class TestReader {
    private static final LocalDate DATE = LocalDate.of(2026, 1, 1);
    private static final List<String> KEYS = List.of("name", "date", "end", "given", "expect");
    private static final List<String> MESSAGE_KEYS = List.of("key", "value", "timestamp", "headers");

    private final List<Problem> problems = new ArrayList<>();
    private final Report report = new Report(problems);

    private TestReader() {}

    /**
     * The tests in a text; none if it has no section {@code tests}.
     *
     * @throws JobException with everything that is wrong with them
     */
    public static List<TestCase> read(String fileName, String yaml, Environment environment) {
        String text = yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml;
        TestReader reader = new TestReader();
        Yaml root = new YamlParser(new SourceText(fileName, text), environment, reader.problems).parse();
        List<TestCase> tests = root == null ? List.of() : reader.tests(root);
        if (reader.problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            throw new JobException(reader.problems, text);
        }
        return tests;
    }

    private List<TestCase> tests(Yaml root) {
        Yaml.Mapping file = mapping(root, "a file of tests");
        Yaml.Entry section = file == null ? null : file.entry("tests");
        List<TestCase> tests = new ArrayList<>();
        if (section != null) {
            for (Yaml item : list(section.value(), "'tests'")) {
                Yaml.Mapping test = mapping(item, "a test");
                if (test != null) {
                    tests.add(test(test));
                }
            }
        }
        return List.copyOf(tests);
    }

    private TestCase test(Yaml.Mapping test) {
        known(test, KEYS, "a test");
        Yaml.Entry name = required(test, "name");
        Yaml.Entry given = required(test, "given");
        Yaml.Entry expect = test.entry("expect");
        List<TestCase.Given> entries = new ArrayList<>();
        if (given != null && given.value() instanceof Yaml.Sequence rounds) {
            rounds.items().forEach(round -> given(round, entries));
        } else if (given != null) {
            given(given.value(), entries);
        }
        Map<Text, List<TestCase.Row>> expected = new LinkedHashMap<>();
        Yaml.Mapping sinks = expect == null || isAbsent(expect.value()) ? null : mapping(expect.value(), "'expect'");
        if (sinks != null) {
            for (Yaml.Entry sink : sinks.entries()) {
                List<TestCase.Row> rows = new ArrayList<>();
                for (Yaml row : list(sink.value(), "'" + sink.name() + "'")) {
                    Yaml.Mapping columns = mapping(row, "a row");
                    if (columns != null) {
                        rows.add(row(columns));
                    }
                }
                expected.put(sink.key(), List.copyOf(rows));
            }
        }
        return new TestCase(
                name == null ? place(test.span()) : text(name.value(), "'name'"),
                date(test.entry("date")),
                end(test.entry("end")),
                entries,
                Collections.unmodifiableMap(expected),
                place(test, expect));
    }

    /** Where {@code expect} stands, or would stand: last. */
    private static TestCase.Place place(Yaml.Mapping test, Yaml.@Nullable Entry expect) {
        Span whole = test.span();
        SourceText source = whole.source();
        boolean flow = source.text().startsWith("{", whole.start());
        int indent = source.position(whole.start()).column() - 1;
        if (expect != null) {
            int start = expect.key().span().start();
            return new TestCase.Place(
                    start, endOf(source, start, expect.value().span().end()), indent, flow);
        }
        int end = flow ? whole.end() - 1 : endOf(source, whole.start(), whole.end());
        return new TestCase.Place(end, end, indent, flow);
    }

    /** YAML lets a block reach to the next one; the empty lines and comments between them are not its own. */
    private static int endOf(SourceText source, int start, int end) {
        int last = end;
        while (last > start) {
            int lineStart = source.lineStart(last - 1);
            String line =
                    source.text().substring(Math.max(start, lineStart), last).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                break;
            }
            last = Math.max(start, lineStart);
        }
        while (last > start && Character.isWhitespace(source.text().charAt(last - 1))) {
            last--;
        }
        return last;
    }

    private void given(Yaml round, List<TestCase.Given> entries) {
        Yaml.Mapping sources = mapping(round, "'given'");
        if (sources == null) {
            return;
        }
        for (Yaml.Entry source : sources.entries()) {
            for (Yaml item : list(source.value(), "'" + source.name() + "'")) {
                Yaml.Mapping entry = mapping(item, "an entry of '" + source.name() + "'");
                if (entry != null) {
                    entries.add(entry(source.key(), entry));
                }
            }
        }
    }

    /** What has one key with a meaning of its own is no row. */
    private TestCase.Given entry(Text source, Yaml.Mapping entry) {
        if (entry.entries().size() != 1) {
            return new TestCase.GivenRow(source, row(entry));
        }
        String key = entry.entries().get(0).name();
        Yaml value = entry.entries().get(0).value();
        return switch (key) {
            case "watermark" -> new TestCase.Watermark(source, text(value, "'watermark'"));
            case "elapse" -> new TestCase.Elapse(source, duration(text(value, "'elapse'")));
            case "raw" -> new TestCase.Raw(source, text(value, "'raw'"));
            case "record" -> {
                Yaml.Mapping message = mapping(value, "'record'");
                yield message == null ? new TestCase.GivenRow(source, row(entry)) : message(source, message);
            }
            default -> new TestCase.GivenRow(source, row(entry));
        };
    }

    private TestCase.Message message(Text source, Yaml.Mapping message) {
        known(message, MESSAGE_KEYS, "'record'");
        Map<Text, Text> headers = new LinkedHashMap<>();
        Yaml.Entry written = message.entry("headers");
        Yaml.Mapping named = written == null ? null : mapping(written.value(), "'headers'");
        if (named != null) {
            named.entries()
                    .forEach(header -> headers.put(header.key(), text(header.value(), "'" + header.name() + "'")));
        }
        Yaml.Entry value = message.entry("value");
        Yaml.Mapping columns = value == null || isAbsent(value.value()) ? null : mapping(value.value(), "'value'");
        return new TestCase.Message(
                source,
                textOrNull(message.entry("key")),
                columns == null ? null : row(columns),
                textOrNull(message.entry("timestamp")),
                Collections.unmodifiableMap(headers));
    }

    private static TestCase.Row row(Yaml.Mapping columns) {
        return new TestCase.Row(place(columns.span()), entries(columns));
    }

    private static Map<Text, TestValue> entries(Yaml.Mapping mapping) {
        Map<Text, TestValue> values = new LinkedHashMap<>();
        mapping.entries().forEach(entry -> values.put(entry.key(), value(entry.value())));
        return Collections.unmodifiableMap(values);
    }

    private static TestValue value(Yaml value) {
        if (value instanceof Yaml.Scalar scalar) {
            return scalar.absent() ? new TestValue.Absent(scalar.text()) : new TestValue.Single(scalar.text());
        } else if (value instanceof Yaml.Sequence list) {
            return new TestValue.Many(
                    place(list.span()),
                    list.items().stream().map(TestReader::value).toList());
        }
        return new TestValue.Named(place(value.span()), entries((Yaml.Mapping) value));
    }

    private LocalDate date(Yaml.@Nullable Entry entry) {
        Text text = textOrNull(entry);
        if (text == null) {
            return DATE;
        }
        try {
            return LocalDate.parse(text.value());
        } catch (DateTimeParseException e) {
            report.error(text, "'date' must be a date, not '" + Fault.shown(text) + "'", "write it as 2026-01-31");
            return DATE;
        }
    }

    private boolean end(Yaml.@Nullable Entry entry) {
        Text text = textOrNull(entry);
        if (text != null && !text.value().equals("true") && !text.value().equals("false")) {
            report.error(text, "'end' must be true or false, not '" + Fault.shown(text) + "'", null);
        }
        return text == null || text.value().equals("true");
    }

    private Duration duration(Text text) {
        Duration duration = Durations.parse(text.value());
        if (duration == null || duration.isNegative()) {
            String meant = Durations.meant(text.value(), "s");
            report.error(
                    text,
                    "'elapse' must be a duration, not '" + Fault.shown(text) + "'",
                    meant == null ? "write it as 90s or 1m30s" : "did you mean '" + meant + "'?");
            return Duration.ZERO;
        }
        return duration;
    }

    private void known(Yaml.Mapping mapping, List<String> keys, String where) {
        for (Yaml.Entry entry : mapping.entries()) {
            if (!keys.contains(entry.name())) {
                report.error(
                        entry.key(),
                        "unknown key '" + Fault.shown(entry.key()) + "' in " + where,
                        DidYouMean.hint(entry.name(), keys),
                        "possible here: " + String.join(", ", keys));
            }
        }
    }

    private Yaml.@Nullable Entry required(Yaml.Mapping test, String key) {
        Yaml.Entry entry = test.entry(key);
        if (entry == null) {
            report.error(test.span().first(), "a test needs '" + key + "'", null);
        }
        return entry;
    }

    private @Nullable Text textOrNull(Yaml.@Nullable Entry entry) {
        return entry == null || isAbsent(entry.value()) ? null : text(entry.value(), "'" + entry.name() + "'");
    }

    private Text text(Yaml value, String what) {
        if (value instanceof Yaml.Scalar scalar && !scalar.absent()) {
            return scalar.text();
        }
        report.error(value.span(), what + " must be a single value" + not(value), null);
        return place(value.span());
    }

    private Yaml.@Nullable Mapping mapping(Yaml value, String what) {
        if (value instanceof Yaml.Mapping mapping) {
            return mapping;
        }
        report.error(value.span(), what + " must be a mapping" + not(value), null);
        return null;
    }

    private List<Yaml> list(Yaml value, String what) {
        if (value instanceof Yaml.Sequence list) {
            return list.items();
        }
        report.error(value.span(), what + " must be a list" + not(value), null);
        return List.of();
    }

    private static String not(Yaml value) {
        return isAbsent(value) ? ", and there is nothing" : ", not " + value.kind();
    }

    private static boolean isAbsent(Yaml value) {
        return value instanceof Yaml.Scalar scalar && scalar.absent();
    }

    private static ScalarText place(Span span) {
        return ScalarText.standingFor("", span);
    }
}
