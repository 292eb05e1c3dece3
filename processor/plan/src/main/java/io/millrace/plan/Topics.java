package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.plan.expression.Expression;
import io.millrace.plan.expression.SqlContext;
import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.DataTypes;
import io.millrace.serde.Decoder;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format;
import io.millrace.serde.Formats;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sources and sinks: their columns, formats and event times. */
final class Topics {
    private static final String ONLY_COLUMN = "value";

    /** How {@link DataTypes#parse} says where: we say it with a caret. */
    private static final Pattern TYPE_MESSAGE = Pattern.compile("type \".*\", offset (\\d+): (.*)", Pattern.DOTALL);

    private final SchemaCatalog schemas;
    private final SqlContext sql;
    private final List<Problem> problems;

    Topics(SchemaCatalog schemas, SqlContext sql, List<Problem> problems) {
        this.schemas = schemas;
        this.sql = sql;
        this.problems = problems;
    }

    /** The stream of a source, or null after reporting what is wrong with it. */
    @Nullable
    Stream read(JobSpec.Source source) {
        RowType columns = columns(source);
        if (columns == null || !formatReads(source, columns)) {
            return null;
        }
        String name = source.name().value();
        Text written = source.eventTime();
        if (written == null) {
            return Stream.ofSource(name, new Relation.Read(source, columns, null), Scalar.TIMESTAMP_LTZ);
        }
        Expression time = sql.over(name, columns, problems::add).value(written);
        if (time == null || !isTime(written, time.type())) {
            return null;
        }
        DataType timeType = time.type() == Scalar.TIMESTAMP ? Scalar.TIMESTAMP : Scalar.TIMESTAMP_LTZ;
        return Stream.ofSource(name, new Relation.Read(source, columns, time), timeType);
    }

    /** A decoder of some of a source's columns, for each task. */
    Supplier<Decoder> decoder(JobSpec.Source source, RowType wanted) {
        Format format = Formats.of(source.format().value());
        Format.Place place = new Format.Place(source.topics().get(0).value(), false, schemas.registry());
        return () -> format.decoder(place, wanted);
    }

    /** An encoder of a sink's values, for each task. */
    Supplier<Encoder> valueEncoder(JobSpec.Sink sink, RowType columns) {
        Format format = Formats.of(sink.format().value());
        Format.Place place = new Format.Place(sink.topic().value(), false, schemas.registry());
        return () -> format.encoder(place, columns);
    }

    /** An encoder of a sink's keys, for each task. */
    Supplier<Encoder> keyEncoder(JobSpec.Sink sink, RowType keyColumns) {
        Format format = Formats.of(keyFormat(sink).value());
        Format.Place place = new Format.Place(sink.topic().value(), true, schemas.registry());
        return () -> format.encoder(place, keyColumns);
    }

    static Text keyFormat(JobSpec.Sink sink) {
        Text written = sink.keyFormat();
        return written != null ? written : sink.key().size() == 1 ? Text.of("string") : sink.format();
    }

    static RowType keyColumns(RowType columns, List<Integer> key) {
        return new RowType(key.stream().map(columns::column).toList());
    }

    /** What is wrong with writing these columns to the sink. */
    List<Problem> checkFormats(JobSpec.Sink sink, RowType columns, List<Integer> key) {
        List<Problem> found = new ArrayList<>();
        tryFormat(sink.format(), "sink", valueEncoder(sink, columns), found);
        if (!key.isEmpty() && found.isEmpty()) {
            Text at = sink.keyFormat() == null ? sink.key().get(0) : sink.keyFormat();
            tryFormat(at, "key", keyEncoder(sink, keyColumns(columns, key)), found);
        }
        return found;
    }

    private boolean formatReads(JobSpec.Source source, RowType columns) {
        return tryFormat(source.format(), "source", decoder(source, columns), problems);
    }

    private static boolean tryFormat(Text at, String what, Supplier<?> maker, List<Problem> found) {
        try {
            Object ignored = maker.get();
            return true;
        } catch (IllegalArgumentException e) {
            String hint = what.equals("key") ? "choose another with key.format" : null;
            found.add(Problem.error(at.at(), at.length(), String.valueOf(e.getMessage()), hint));
            return false;
        }
    }

    private @Nullable RowType columns(JobSpec.Source source) {
        if (!source.schema().isEmpty()) {
            return declared(source);
        }
        if (source.format().value().equals("string")) {
            return RowType.of(new Column(ONLY_COLUMN, Scalar.STRING));
        }
        if (source.format().value().equals("bytes")) {
            return RowType.of(new Column(ONLY_COLUMN, Scalar.BYTES));
        }
        try {
            return schemas.columnsOf(source);
        } catch (RuntimeException e) {
            // Whatever kept the registry from answering is shown where the job asks for it.
            problems.add(
                    Problem.error(source.name().at(), source.name().length(), String.valueOf(e.getMessage()), null));
            return null;
        }
    }

    private @Nullable RowType declared(JobSpec.Source source) {
        List<Column> columns = new ArrayList<>();
        boolean valid = true;
        for (Map.Entry<Text, Text> entry : source.schema().entrySet()) {
            Text type = entry.getValue();
            try {
                columns.add(
                        DataTypes.parseColumn(type.value()).named(entry.getKey().value()));
            } catch (IllegalArgumentException e) {
                problems.add(badType(type, String.valueOf(e.getMessage())));
                valid = false;
            }
        }
        return valid ? new RowType(columns) : null;
    }

    private static Problem badType(Text type, String message) {
        Matcher matcher = TYPE_MESSAGE.matcher(message);
        if (!matcher.matches()) {
            return Problem.error(type.at(), type.length(), message, null);
        }
        int offset = Integer.parseInt(matcher.group(1));
        return Problem.error(type.at(offset), Math.max(1, type.length() - offset), matcher.group(2), null);
    }

    private boolean isTime(Text written, DataType type) {
        if (type == Scalar.TIMESTAMP || type == Scalar.TIMESTAMP_LTZ || type == Scalar.BIGINT) {
            return true;
        }
        boolean isNumber = type == Scalar.INT
                || type == Scalar.SMALLINT
                || type == Scalar.DOUBLE
                || type instanceof DataType.Decimal;
        String target = isNumber ? "BIGINT" : "TIMESTAMP";
        String unit = isNumber ? ", which is taken as milliseconds since 1970" : "";
        problems.add(Problem.error(
                written.at(),
                written.length(),
                "event.time is " + type.sql() + ", but it must be TIMESTAMP, TIMESTAMP_LTZ or BIGINT",
                "convert it: CAST(" + written.value().strip() + " AS " + target + ")" + unit));
        return false;
    }
}
