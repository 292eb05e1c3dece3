package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.plan.expression.Expressions;
import io.millrace.plan.expression.SqlContext;
import io.millrace.serde.Column;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the checks of all steps share.
 *
 * @param zone by which instants become days and hours
 * @param problems what was found to be wrong
 * @param relations what was found to be right, inputs before what they feed
 */
record Scope(JobSpec job, SqlContext sql, ZoneId zone, Names names, List<Problem> problems, List<Relation> relations) {
    Expressions over(Stream stream) {
        return sql.over(stream.name(), stream.columns(), problems::add);
    }

    /** The columns that rows are told apart by, or null after reporting what is wrong with them. */
    @Nullable
    List<Integer> keyColumns(Stream stream, List<Text> names, String list) {
        Expressions over = over(stream);
        List<Integer> columns = new ArrayList<>();
        boolean valid = true;
        for (Text name : names) {
            int column = over.columnIndex(name);
            if (column >= 0 && columns.contains(column)) {
                error(name, "'" + name.value() + "' is in '" + list + "' twice", null);
                valid = false;
            }
            valid &= column >= 0 && tellsApart(name, stream.columns().column(column));
            columns.add(column);
        }
        return valid ? List.copyOf(columns) : null;
    }

    /** Whether the column's values have an order, as all have that hold no MAP. */
    boolean tellsApart(Text at, Column column) {
        try {
            KeyCodec ignored = new KeyCodec(RowType.of(column));
            return true;
        } catch (IllegalArgumentException e) {
            error(
                    at,
                    "rows cannot be told apart by " + column.name() + ", which is "
                            + column.type().sql(),
                    "take the entries that matter out of the MAP with 'set' before: " + column.name() + "['…']");
            return false;
        }
    }

    /**
     * Whether rows that replace each other agree in these columns, so that they come to the same group; reports the first that they may
     * differ in.
     *
     * @param consequence what updates would do if they differed
     * @param verb what the step does by these columns
     */
    boolean isKeptBy(Updates updates, List<Integer> columns, List<Text> names, String consequence, String verb) {
        for (int i = 0; i < columns.size(); i++) {
            if (!updates.keyColumns().contains(columns.get(i))) {
                Text at = names.get(i);
                error(
                        at,
                        "the updates of '" + updates.step() + "' change " + at.value() + ", and " + consequence,
                        verb + " by " + String.join(", ", updates.neededNames()) + " only",
                        "or " + updates.makeFinal());
                return false;
            }
        }
        return true;
    }

    <R extends Relation> R add(R relation) {
        relations.add(relation);
        return relation;
    }

    /** The sink of this name, or null if the name is none of a sink. */
    JobSpec.@Nullable Sink sink(String name) {
        for (JobSpec.Sink sink : job.sinks()) {
            if (sink.name().value().equals(name)) {
                return sink;
            }
        }
        return null;
    }

    void error(Text at, String message, @Nullable String hint, String... notes) {
        problems.add(new Problem(Problem.Severity.ERROR, at.at(), at.length(), message, hint, List.of(notes)));
    }
}
