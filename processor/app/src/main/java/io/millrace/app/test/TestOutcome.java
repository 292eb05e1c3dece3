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
 * @param differences sinks that hold something else than is expected, with the rows side by side
 */
record TestOutcome(
        TestCase test,
        TypedValues values,
        @Nullable String failure,
        Map<String, List<SinkRow>> written,
        Map<String, Differences> differences) {

    static TestOutcome of(
            TestCase test, TypedValues values, @Nullable String failure, Map<String, List<SinkRow>> written) {
        Map<String, Differences> found = new LinkedHashMap<>();
        test.expect().forEach((sink, expected) -> {
            Differences differences = new Differences(expected, written.getOrDefault(sink.value(), List.of()), values);
            if (!differences.none()) {
                found.put(sink.value(), differences);
            }
        });
        return new TestOutcome(test, values, failure, written, found);
    }

    boolean passed() {
        return failure == null && !test.expect().isEmpty() && differences.isEmpty();
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
        return written.getOrDefault(sink, List.of()).stream()
                .map(row -> row.show(interest, values))
                .toList();
    }
}
