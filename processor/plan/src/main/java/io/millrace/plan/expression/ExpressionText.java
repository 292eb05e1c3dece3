package io.millrace.plan.expression;

import io.millrace.config.Text;
import io.millrace.serde.RowType;
import java.util.HashSet;

/** An expression as it was written, the columns that it may use, and where in the job file its characters stand. */
final class ExpressionText {
    private final Text text;
    private final String stream;
    private final RowType columns;
    private final QuotedText quoted;

    /** @throws SyntaxException as {@link Tokens#of} */
    ExpressionText(Text text, String stream, RowType columns) {
        this.text = text;
        this.stream = stream;
        this.columns = columns;
        this.quoted = QuotedText.of(text.value(), stream, new HashSet<>(columns.names()));
    }

    Text text() {
        return text;
    }

    String stream() {
        return stream;
    }

    RowType columns() {
        return columns;
    }

    QuotedText quoted() {
        return quoted;
    }

    /** Where a place that the parser reports is in the text as it was written. */
    int index(int line, int column) {
        return quoted.originalIndex(line, column);
    }

    /** Behind a place that the parser reports as the last of something. */
    int end(int line, int column) {
        return quoted.originalEnd(line, column);
    }
}
