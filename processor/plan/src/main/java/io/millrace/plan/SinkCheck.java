package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether a sink's key lets a later row replace the earlier one that it corrects, and nothing else. */
final class SinkCheck {
    private SinkCheck() {}

    static List<Problem> updates(Stream input, JobSpec.Sink sink, List<Integer> key) {
        Updates updates = input.updates();
        if (updates == null) {
            return List.of();
        }
        Set<Integer> keyColumns = new HashSet<>(key);
        if (!updates.isDeterminedBy(keyColumns)) {
            return List.of(needsKey(sink, updates));
        }
        List<Problem> problems = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            if (!updates.keyColumns().contains(key.get(i))) {
                problems.add(new Problem(
                        Problem.Severity.ERROR,
                        sink.key().get(i).at(),
                        sink.key().get(i).length(),
                        "the key column '" + sink.key().get(i).value() + "' changes with the updates of '"
                                + updates.step() + "'",
                        "leave it out of the key",
                        List.of("a corrected result must have the key of the one that it replaces")));
            }
        }
        return problems;
    }

    private static Problem needsKey(JobSpec.Sink sink, Updates updates) {
        String key = "[" + String.join(", ", updates.neededNames()) + "]";
        String otherwise = "or " + updates.makeFinal();
        boolean hasKey = !sink.key().isEmpty();
        List<String> lost = updates.lostNames();
        return new Problem(
                Problem.Severity.ERROR,
                hasKey ? sink.key().get(0).at() : sink.name().at(),
                hasKey ? sink.key().get(0).length() : sink.name().length(),
                "'" + updates.step() + "' corrects its results, and the key of sink '"
                        + sink.name().value() + "' does not tell which one a row replaces",
                lost.isEmpty() ? "key: " + key : "it needs " + key + " as '" + updates.step() + "' gave them",
                lost.isEmpty()
                        ? List.of(otherwise)
                        : List.of(String.join(", ", lost) + " was left out or computed anew on the way", otherwise));
    }
}
