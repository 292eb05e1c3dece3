package io.millrace.plan.expression;

import io.millrace.config.DidYouMean;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** Finds in a parsed expression what SQL allows and a stream does not, before Calcite says it in its own words. */
final class Screening extends SqlBasicVisitor<Void> {
    /** Calcite falls over these. */
    private static final Set<String> NEEDS_ARGUMENTS = Set.of("COALESCE", "NULLIF", "GREATEST", "LEAST");

    private final Functions functions;
    private final boolean aggregates;
    private final ExpressionText text;
    private int insideAggregate;

    private Screening(Functions functions, boolean aggregates, ExpressionText text) {
        this.functions = functions;
        this.aggregates = aggregates;
        this.text = text;
    }

    /**
     * @param aggregates whether aggregate functions may be used
     * @throws SyntaxException at the first thing that may not
     */
    static void check(SqlNode node, Functions functions, boolean aggregates, ExpressionText text) {
        node.accept(new Screening(functions, aggregates, text));
    }

    @Override
    public @Nullable Void visit(SqlIdentifier identifier) {
        boolean known = text.columns().indexOf(identifier.getComponent(0).getSimple()) >= 0;
        if (identifier.isSimple() && !known && Functions.changes(identifier.getSimple())) {
            throw changing(identifier.getSimple(), identifier.getParserPosition());
        }
        return null;
    }

    @Override
    public @Nullable Void visit(SqlDataTypeSpec type) {
        boolean tooLong = type.getTypeNameSpec() instanceof SqlBasicTypeNameSpec basic
                && type.getTypeName().getSimple().equals("DECIMAL")
                && basic.getPrecision() > SqlTypeSystem.MAX_DIGITS;
        if (tooLong) {
            throw at(type.getParserPosition(), "DECIMAL has at most " + SqlTypeSystem.MAX_DIGITS + " digits", null);
        }
        return null;
    }

    @Override
    public @Nullable Void visit(SqlCall call) {
        if (call.isA(SqlKind.QUERY)) {
            throw at(call.getParserPosition(), "a query has no place in an expression", null);
        }
        if (call.getKind() == SqlKind.OVER) {
            throw at(call.getParserPosition(), "OVER is not supported", "use an 'aggregate' step with a window");
        }
        boolean aggregate = false;
        if (call.getOperator() instanceof SqlFunction) {
            aggregate = checkFunction(call);
        }
        insideAggregate += aggregate ? 1 : 0;
        super.visit(call);
        insideAggregate -= aggregate ? 1 : 0;
        return null;
    }

    /** Whether it is an aggregate function. */
    private boolean checkFunction(SqlCall call) {
        String name = call.getOperator().getName();
        SqlParserPos at = call.getParserPosition();
        if (call.operandCount() == 0 && NEEDS_ARGUMENTS.contains(upper(name))) {
            throw name(at, name, upper(name) + " needs arguments", null);
        }
        boolean resolved = call.getOperator().getKind() != SqlKind.OTHER_FUNCTION;
        if (Functions.changes(name)) {
            throw changing(name, at);
        }
        if (functions.isAggregate(name)) {
            if (!aggregates) {
                throw name(
                        at,
                        name,
                        "the aggregate function " + upper(name) + " has no place here",
                        "use an 'aggregate' step");
            }
            if (!Functions.isSupportedAggregate(name)) {
                throw name(
                        at,
                        name,
                        "the aggregate function " + upper(name) + " is not supported",
                        "COUNT, SUM, MIN, MAX and AVG are");
            }
            if (insideAggregate > 0) {
                throw name(at, name, "an aggregate function inside an aggregate function", "use two 'aggregate' steps");
            }
            return true;
        }
        if (!resolved && !functions.isFunction(name)) {
            throw name(at, name, "no function '" + name + "'", DidYouMean.hint(name, functions.names()));
        }
        return false;
    }

    private SyntaxException changing(String name, SqlParserPos at) {
        return name(
                at,
                name,
                upper(name) + " is not allowed: a record that is processed again must give the same result",
                "use a column, such as the event time");
    }

    private SyntaxException at(SqlParserPos position, String message, @Nullable String hint) {
        int start = text.index(position.getLineNum(), position.getColumnNum());
        int end = text.end(position.getEndLineNum(), position.getEndColumnNum());
        return new SyntaxException(start, end - start, message, hint);
    }

    private SyntaxException name(SqlParserPos position, String name, String message, @Nullable String hint) {
        return new SyntaxException(
                text.index(position.getLineNum(), position.getColumnNum()), name.length(), message, hint);
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
