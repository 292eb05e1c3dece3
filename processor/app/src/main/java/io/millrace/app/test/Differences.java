package io.millrace.app.test;

import io.millrace.config.TestCase;
import io.millrace.config.TestUpdate;
import io.millrace.config.TestValue;
import io.millrace.config.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a sink should hold beside those that it holds, as few as possible of them different: a longest common subsequence. A row
 * that is missing and one that is too much at the same place are shown as one that is different.
 */
final class Differences {
    private final TypedValues values;
    private final SinkRow.Interest interest;
    private final List<Pair> pairs = new ArrayList<>();

    /** Of a row that is right, both. */
    private record Pair(
            TestCase.@Nullable Row expected, @Nullable SinkRow actual, boolean equal) {}

    Differences(List<TestCase.Row> expected, List<SinkRow> actual, TypedValues values) {
        this.values = values;
        this.interest = SinkRow.Interest.of(expected);
        align(expected, actual);
    }

    boolean none() {
        return pairs.stream().allMatch(Pair::equal);
    }

    private void align(List<TestCase.Row> expected, List<SinkRow> actual) {
        int[][] common = new int[expected.size() + 1][actual.size() + 1];
        boolean[][] equal = new boolean[expected.size()][actual.size()];
        for (int i = expected.size() - 1; i >= 0; i--) {
            for (int j = actual.size() - 1; j >= 0; j--) {
                equal[i][j] = actual.get(j).matches(expected.get(i).columns(), values);
                common[i][j] = equal[i][j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        int first = 0;
        while (i < expected.size() || j < actual.size()) {
            boolean both = i < expected.size() && j < actual.size();
            if (both && equal[i][j]) {
                pairs.add(new Pair(expected.get(i++), actual.get(j++), true));
                first = pairs.size();
            } else if (j == actual.size() || (both && common[i + 1][j] >= common[i][j + 1])) {
                pairs.add(new Pair(expected.get(i++), null, false));
            } else {
                tooMuch(actual.get(j++), first);
            }
        }
    }

    /** A row that nobody expected takes the place of the first since the last right one that is missing. */
    private void tooMuch(SinkRow actual, int first) {
        for (int at = first; at < pairs.size(); at++) {
            Pair pair = pairs.get(at);
            if (pair.actual() == null) {
                pairs.set(at, new Pair(pair.expected(), actual, false));
                return;
            }
        }
        pairs.add(new Pair(null, actual, false));
    }

    /** A line for each row: as expected, missing (-) or there instead (+). */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Pair pair : pairs) {
            TestCase.Row expected = pair.expected();
            SinkRow actual = pair.actual();
            if (pair.equal() && actual != null) {
                lines.add("  " + actual.show(interest, values));
                continue;
            }
            if (expected != null) {
                lines.add("- " + written(expected.columns()));
            }
            if (actual != null) {
                String shown = "+ " + actual.show(interest, values);
                lines.add(expected == null ? shown : shown + "    " + what(expected.columns(), actual));
            }
        }
        return lines;
    }

    private String what(Map<Text, TestValue> expected, SinkRow actual) {
        return actual.differing(expected, values).stream()
                .map(name -> name.value() + " is " + actual.show(name.value(), interest, values) + ", not "
                        + written(expected.get(name)))
                .collect(Collectors.joining("; "));
    }

    private static String written(Map<Text, TestValue> columns) {
        return columns.entrySet().stream()
                .map(entry -> TestUpdate.word(entry.getKey().value()) + ": " + written(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String written(@Nullable TestValue value) {
        if (value instanceof TestValue.Single single) {
            return TestUpdate.word(single.at().toString());
        } else if (value instanceof TestValue.Many many) {
            return many.items().stream().map(Differences::written).collect(Collectors.joining(", ", "[", "]"));
        } else if (value instanceof TestValue.Named named) {
            return written(named.entries());
        }
        return "null";
    }
}
