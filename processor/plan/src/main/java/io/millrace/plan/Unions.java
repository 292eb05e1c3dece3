package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Text;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks unions: their streams must have the same columns, in any order. */
final class Unions {
    /** What messages about the columns call the stream. */
    private static final String NAME = "the union";

    private final Scope scope;

    Unions(Scope scope) {
        this.scope = scope;
    }

    /**
     * The union, or null after reporting what is wrong with it.
     *
     * @param inputs the streams that the step names, in its order
     */
    @Nullable
    Stream union(JobSpec.Union step, List<Stream> inputs) {
        String name = scope.names().numbered("union");
        Stream first = inputs.get(0);
        boolean valid = isFinal(first, step.streams().get(0));
        for (int i = 1; i < inputs.size(); i++) {
            Text at = step.streams().get(i);
            valid &= isFinal(inputs.get(i), at);
            valid &= fits(inputs.get(i), at, first);
        }
        if (!valid) {
            return null;
        }
        List<Column> columns = new ArrayList<>();
        for (Column column : first.columns().columns()) {
            boolean nullable = inputs.stream()
                    .anyMatch(input -> input.columns()
                            .column(input.columns().indexOf(column.name()))
                            .nullable());
            columns.add(new Column(column.name(), column.type(), nullable));
        }
        List<List<Integer>> places = inputs.stream()
                .map(input -> columns.stream()
                        .map(column -> input.columns().indexOf(column.name()))
                        .toList())
                .toList();
        Relation union = scope.add(
                new Relation.Union(name, inputs.stream().map(Stream::relation).toList(), places, new RowType(columns)));
        boolean ofRecords = inputs.stream().allMatch(Stream::ofRecords);
        return new Stream(NAME, union, null, first.timeType(), ofRecords, windowBounds(inputs, places));
    }

    private boolean isFinal(Stream input, Text at) {
        Updates updates = input.updates();
        if (updates == null) {
            return true;
        }
        scope.error(
                at,
                "the union would hold the updates of '" + updates.step()
                        + "', and rows of other streams that they do not" + " replace",
                updates.makeFinal());
        return false;
    }

    private boolean fits(Stream input, Text at, Stream first) {
        String name = "'" + input.name() + "'";
        String firstName = "'" + first.name() + "'";
        List<String> missing = missing(first, input);
        if (!missing.isEmpty()) {
            scope.error(
                    at,
                    name + " has no " + columns(missing) + ", which " + firstName + " has",
                    "'set' what is missing, or 'drop' it from " + firstName,
                    "streams of one union have the same columns");
        }
        List<String> extra = missing(input, first);
        if (!extra.isEmpty()) {
            scope.error(
                    at,
                    name + " has " + columns(extra) + ", which " + firstName + " has not",
                    "'drop' what is too much, or 'set' it in " + firstName,
                    "streams of one union have the same columns");
        }
        boolean fits = missing.isEmpty() && extra.isEmpty();
        for (Column column : first.columns().columns()) {
            int index = input.columns().indexOf(column.name());
            DataType type =
                    index < 0 ? column.type() : input.columns().column(index).type();
            if (!type.equals(column.type())) {
                scope.error(
                        at,
                        "column " + column.name() + " is " + type.sql() + " in " + name + ", but "
                                + column.type().sql() + " in " + firstName,
                        "convert it with 'set' before: CAST(" + column.name() + " AS "
                                + column.type().sql() + ")");
                fits = false;
            }
        }
        if (!input.timeType().equals(first.timeType())) {
            scope.error(
                    at,
                    "the event time is " + input.timeType().sql() + " in " + name + ", but "
                            + first.timeType().sql() + " in " + firstName,
                    "convert the event.time of one source with CAST",
                    "a TIMESTAMP is what a clock on the wall showed, a TIMESTAMP_LTZ an instant");
            fits = false;
        }
        return fits;
    }

    /** The columns of one stream that another has not. */
    private static List<String> missing(Stream of, Stream in) {
        return of.columns().names().stream()
                .filter(name -> in.columns().indexOf(name) < 0)
                .toList();
    }

    private static String columns(List<String> names) {
        return (names.size() == 1 ? "column " : "columns ") + String.join(", ", names);
    }

    private static Set<Integer> windowBounds(List<Stream> inputs, List<List<Integer>> places) {
        Set<Integer> bounds = new HashSet<>();
        for (int column = 0; column < places.get(0).size(); column++) {
            boolean everywhere = true;
            for (int i = 0; i < inputs.size(); i++) {
                everywhere &=
                        inputs.get(i).windowBounds().contains(places.get(i).get(column));
            }
            if (everywhere) {
                bounds.add(column);
            }
        }
        return bounds;
    }
}
