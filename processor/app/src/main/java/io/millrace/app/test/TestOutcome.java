package io.millrace.app.test;

import io.millrace.config.TestCase;
import io.millrace.config.TestUpdate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a test.
 *
 * @param failure why the job stopped, or null
 * @param written each sink's rows
 */
record TestOutcome(
        TestCase test, TypedValues values, @Nullable String failure, Map<String, List<SinkRow>> written) {

    boolean passed() {
        return failure == null && !test.expect().isEmpty() && differences().isEmpty();
    }

    /** Sinks that hold something else than is expected, with the rows side by side. */
    Map<String, Differences> differences() {
        Map<String, Differences> found = new LinkedHashMap<>();
        test.expect().forEach((sink, expected) -> {
            Differences differences = new Differences(expected, rows(sink.value()), values);
            if (!differences.none()) {
                found.put(sink.value(), differences);
            }
        });
        return found;
    }

    /** What makes it pass: in the sinks that it names, or in all that hold anything, the rows that are there. */
    TestUpdate update() {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        if (test.expect().isEmpty()) {
            written.forEach((sink, all) -> {
                if (!all.isEmpty()) {
                    rows.put(sink, shown(sink, List.of()));
                }
            });
            if (rows.isEmpty()) {
                written.keySet().forEach(sink -> rows.put(sink, List.of()));
            }
        }
        test.expect().forEach((sink, expected) -> rows.put(sink.value(), shown(sink.value(), expected)));
        return TestUpdate.of(test, rows);
    }

    private List<String> shown(String sink, List<TestCase.Row> expected) {
        SinkRow.Interest interest = SinkRow.Interest.of(expected);
        return rows(sink).stream().map(row -> row.show(interest, values)).toList();
    }

    private List<SinkRow> rows(String sink) {
        return written.getOrDefault(sink, List.of());
    }
}
