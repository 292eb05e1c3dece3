package io.millrace.config;

import java.util.List;
import java.util.Map;

/** A value in a test of a job, as it was written; what it is worth depends on the column that it is for. */
public sealed interface TestValue {
    /** Where it stands. */
    Text at();

    /** A single value. */
    record Single(Text at) implements TestValue {}

    /** No value: NULL. */
    record Absent(Text at) implements TestValue {}

    /** An ARRAY. */
    record Many(Text at, List<TestValue> items) implements TestValue {
        public Many {
            items = List.copyOf(items);
        }
    }

    /** A ROW or a MAP, in the order of the file. */
    record Named(Text at, Map<Text, TestValue> entries) implements TestValue {}
}
