package io.millrace.plan.expression;

import io.millrace.engine.operator.aggregate.AggregateCall;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelectKeyword;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/**
 * The calls of aggregate functions in expressions, as texts that go by what is computed and not by how it was written: from the parsed
 * expression, so that spaces make no difference, and before it is optimized, so that another optimizer makes none either.
 */
final class AggregateCalls extends SqlBasicVisitor<@Nullable Void> {
    private static final String SPACES_OUTSIDE_QUOTES = "\\s+(?=(?:[^']*'[^']*')*[^']*$)";

    private final Set<String> texts = new LinkedHashSet<>();

    private AggregateCalls() {}

    /** In the order in which they first occur. */
    static List<String> of(List<SqlNode> expressions) {
        AggregateCalls calls = new AggregateCalls();
        expressions.forEach(expression -> expression.accept(calls));
        return List.copyOf(calls.texts);
    }

    @Override
    public @Nullable Void visit(SqlCall call) {
        boolean isFiltered = call.getKind() == SqlKind.FILTER && isAggregate(call.operand(0));
        if (!isFiltered && !isAggregate(call)) {
            return super.visit(call);
        }
        SqlCall function = isFiltered ? call.operand(0) : call;
        String distinct = function.getFunctionQuantifier() != null
                        && function.getFunctionQuantifier().getValue() == SqlSelectKeyword.DISTINCT
                ? "DISTINCT "
                : "";
        String arguments =
                function.getOperandList().stream().map(AggregateCalls::text).collect(Collectors.joining(", "));
        texts.add(name(function) + "(" + distinct + arguments + ")"
                + (isFiltered ? " FILTER (WHERE " + text(call.operand(1)) + ")" : ""));
        return null;
    }

    private static boolean isAggregate(SqlNode node) {
        if (!(node instanceof SqlCall call) || !(call.getOperator() instanceof SqlFunction)) {
            return false;
        }
        for (AggregateCall.Function function : AggregateCall.Function.values()) {
            if (function.name().equals(name(call))) {
                return true;
            }
        }
        return false;
    }

    private static String name(SqlCall call) {
        return call.getOperator().getName().toUpperCase(Locale.ROOT);
    }

    private static String text(SqlNode node) {
        return node.toString().replaceAll(SPACES_OUTSIDE_QUOTES, " ").replace("`", "");
    }
}
