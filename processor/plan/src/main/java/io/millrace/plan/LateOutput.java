package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks where an aggregate's late rows go: they are passed on as the records that they were read from. */
final class LateOutput {
    private LateOutput() {}

    /** The topic, or null if there is none or after reporting what is wrong with it. */
    static @Nullable String topic(Scope scope, Stream input, JobSpec.Aggregate step) {
        Text then = step.late().then();
        if (then == null) {
            return null;
        }
        JobSpec.Sink sink = scope.sink(then.value());
        if (sink == null) {
            throw new IllegalStateException("the reader let pass the unknown sink " + then.value());
        }
        String name = "'" + step.name().value() + "'";
        if (!input.ofRecords()) {
            scope.error(
                    then,
                    name + " cannot pass on late records: its rows are not each made of one record of a source",
                    "leave out 'then': late rows are counted all the same",
                    "a late output is possible where only filter, set, map, drop, flatten, route, union and key come before");
            return null;
        }
        return isInFormat(scope, sink, input.relation(), then) ? sink.topic().value() : null;
    }

    /** Records are passed on byte for byte, so a format that was asked for must be the one that they have. */
    private static boolean isInFormat(Scope scope, JobSpec.Sink sink, Relation relation, Text then) {
        Set<String> formats = new LinkedHashSet<>();
        collectFormats(relation, formats);
        if (!sink.formatWritten() || formats.equals(Set.of(sink.format().value()))) {
            return true;
        }
        scope.error(
                sink.format(),
                "late records are passed on as they were read, in " + String.join(" and ", formats),
                "leave the format out",
                "'" + sink.name().value() + "' takes late records, in line "
                        + then.at().line());
        return false;
    }

    private static void collectFormats(Relation relation, Set<String> formats) {
        if (relation instanceof Relation.Read read) {
            formats.add(read.source().format().value());
        }
        Origins.recordsOf(relation).forEach(input -> collectFormats(input, formats));
    }
}
