package io.millrace.plan.expression;

import io.millrace.config.Problem;
import io.millrace.serde.RowType;
import java.time.ZoneId;
import java.util.function.Consumer;

/** What the expressions of one plan share. Single-threaded; costs some tens of milliseconds to make. */
public final class SqlContext {
    private final Sql sql = new Sql();
    private final ExpressionCompiler compiler;

    /** @param zone what functions of instants go by that are about days and hours */
    public SqlContext(ZoneId zone) {
        compiler = new ExpressionCompiler(sql, zone);
    }

    /** Expressions over a stream's columns. */
    public Expressions over(String stream, RowType columns, Consumer<Problem> problems) {
        return new Expressions(sql, stream, columns, problems);
    }

    public ExpressionCompiler compiler() {
        return compiler;
    }
}
