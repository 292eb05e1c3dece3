package io.millrace.plan.expression;

import io.millrace.config.Problem;
import io.millrace.config.Text;
import io.millrace.plan.expression.Tokens.Kind;
import io.millrace.plan.expression.Tokens.Token;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads what follows ORDER BY: columns, each with ASC or DESC and NULLS FIRST or LAST. */
final class OrderReader {
    private final Text text;
    private final String stream;
    private final RowType columns;
    private final Consumer<Problem> problems;

    OrderReader(Text text, String stream, RowType columns, Consumer<Problem> problems) {
        this.text = text;
        this.stream = stream;
        this.columns = columns;
        this.problems = problems;
    }

    /** Null after reporting what is wrong. */
    @Nullable
    List<Ordering> read() {
        List<Token> tokens;
        try {
            tokens = Tokens.of(text.value());
        } catch (SyntaxException e) {
            problems.accept(ExpressionProblems.of(text, e));
            return null;
        }
        List<Ordering> order = new ArrayList<>();
        boolean valid = true;
        int from = 0;
        int depth = 0;
        for (int i = 0; i <= tokens.size(); i++) {
            boolean ends = i == tokens.size() || (depth == 0 && tokens.get(i).is(","));
            if (ends) {
                Ordering item = item(tokens.subList(from, i), order);
                valid &= item != null;
                if (item != null) {
                    order.add(item);
                }
                from = i + 1;
            } else if (tokens.get(i).kind() == Kind.SYMBOL) {
                depth += "([{".contains(tokens.get(i).text())
                        ? 1
                        : ")]}".contains(tokens.get(i).text()) ? -1 : 0;
            }
        }
        return valid ? order : null;
    }

    private @Nullable Ordering item(List<Token> tokens, List<Ordering> before) {
        if (tokens.isEmpty()) {
            problems.accept(Problem.error(
                    text.at(), text.length(), "a column to order by is missing", "for example: price DESC, name"));
            return null;
        }
        Token first = tokens.get(0);
        int at = 1;
        boolean descending = at < tokens.size() && tokens.get(at).is("DESC");
        if (descending || (at < tokens.size() && tokens.get(at).is("ASC"))) {
            at++;
        }
        boolean nullsFirst = !descending;
        if (at + 1 < tokens.size() && tokens.get(at).is("NULLS")) {
            Token where = tokens.get(at + 1);
            if (where.is("FIRST") || where.is("LAST")) {
                nullsFirst = where.is("FIRST");
                at += 2;
            }
        }
        boolean named = first.kind() == Kind.WORD || first.kind() == Kind.QUOTED;
        if (!named || at < tokens.size()) {
            int end = tokens.get(tokens.size() - 1).end();
            problems.accept(Problem.error(
                    text.at(first.start()),
                    end - first.start(),
                    "only columns can be ordered by, each with ASC or DESC and NULLS FIRST or NULLS LAST",
                    "compute what to order by with a 'set' before, and name it here"));
            return null;
        }
        String name = first.kind() == Kind.WORD
                ? first.text()
                : first.text().substring(1, first.text().length() - 1).replace("``", "`");
        int column = columns.indexOf(name);
        if (column < 0) {
            problems.accept(ExpressionProblems.noColumn(
                    stream, columns, name, text.at(first.start()), first.text().length()));
            return null;
        }
        if (before.stream().anyMatch(earlier -> earlier.column() == column)) {
            problems.accept(Problem.error(
                    text.at(first.start()), first.text().length(), "'" + name + "' is in 'order' twice", null));
            return null;
        }
        return new Ordering(column, descending, nullsFirst);
    }
}
