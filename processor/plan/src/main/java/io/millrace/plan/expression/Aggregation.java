package io.millrace.plan.expression;

import io.millrace.engine.operator.aggregate.AggregateCall;
import java.util.List;

/**
 * A checked list of aggregate expressions, taken apart.
 *
 * @param input over the stream's columns: the columns grouped by, then the arguments and conditions of the calls
 * @param keyCount how many of {@code input} are grouped by
 * @param calls their indexes are those of {@code input}
 * @param texts the calls as they are computed from the stream's columns, however they are written
 * @param results over rows of the columns grouped by, then (if asked for) the window's start and end, then one value per call
 */
public record Aggregation(
        List<Expression> input, int keyCount, List<AggregateCall> calls, List<String> texts, List<Expression> results) {
    public Aggregation {
        input = List.copyOf(input);
        calls = List.copyOf(calls);
        texts = List.copyOf(texts);
        results = List.copyOf(results);
    }
}
