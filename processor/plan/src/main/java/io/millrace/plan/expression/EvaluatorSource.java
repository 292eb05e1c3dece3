package io.millrace.plan.expression;

import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.List;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.enumerable.RexToLixTranslator;
import org.apache.calcite.linq4j.tree.BlockBuilder;
import org.apache.calcite.linq4j.tree.DeclarationStatement;
import org.apache.calcite.linq4j.tree.Expressions;
import org.apache.calcite.linq4j.tree.ParameterExpression;
import org.apache.calcite.linq4j.tree.Primitive;
import org.apache.calcite.linq4j.tree.Statement;
import org.apache.calcite.linq4j.tree.Types;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexProgramBuilder;

/**
 * Writes the Java source of an {@link Evaluator}: a method for each expression, so that none grows past what the JIT compiles, and
 * two that call them. For one list of expressions.
 */
final class EvaluatorSource {
    static final String CLASS_NAME = "CompiledEvaluator";

    /** The JIT leaves methods of more than 8,000 bytes of code alone; an assignment takes about 20. */
    private static final int ASSIGNMENTS_PER_METHOD = 200;

    private static final ParameterExpression IN = Expressions.parameter(Object[].class, "in");

    private final Sql sql;
    private final ConstantContext context;
    private final RelDataType row;
    /** Objects that are made once: compiled patterns and the like. */
    private final BlockBuilder constants = new BlockBuilder();

    EvaluatorSource(Sql sql, ConstantContext context, RowType input) {
        this.sql = sql;
        this.context = context;
        this.row = sql.types().rowOf(input);
    }

    /** Whether the written class has fields; known after {@link #write}. */
    boolean isStateful() {
        return !constants.toBlock().statements.isEmpty();
    }

    String write(List<Expression> expressions) {
        StringBuilder methods = new StringBuilder();
        for (int i = 0; i < expressions.size(); i++) {
            if (expressions.get(i).column() < 0) {
                methods.append(method(i, expressions.get(i)));
            }
        }
        StringBuilder source = new StringBuilder(
                "public final class " + CLASS_NAME + " implements " + Evaluator.class.getName() + " {\n");
        for (Statement statement : constants.toBlock().statements) {
            DeclarationStatement constant = (DeclarationStatement) statement;
            source.append(Expressions.toString(
                    List.of(Expressions.fieldDecl(
                            Modifier.PRIVATE | Modifier.FINAL, constant.parameter, constant.initializer)),
                    "\n",
                    false));
        }
        evaluate(expressions, source);
        value(expressions, source);
        return source.append(methods).append("}\n").toString();
    }

    private static void evaluate(List<Expression> expressions, StringBuilder source) {
        String parameters = "(" + DataContext.class.getName() + " root, Object[] in, Object[] out)";
        int parts = Math.max(1, (expressions.size() + ASSIGNMENTS_PER_METHOD - 1) / ASSIGNMENTS_PER_METHOD);
        source.append("public void evaluate").append(parameters).append(" {\n");
        for (int part = 0; part < parts; part++) {
            source.append("  part").append(part).append("(root, in, out);\n");
        }
        source.append("}\n");
        for (int part = 0; part < parts; part++) {
            source.append("private void part").append(part).append(parameters).append(" {\n");
            int end = Math.min(expressions.size(), (part + 1) * ASSIGNMENTS_PER_METHOD);
            for (int i = part * ASSIGNMENTS_PER_METHOD; i < end; i++) {
                source.append("  out[")
                        .append(i)
                        .append("] = ")
                        .append(call(i, expressions.get(i)))
                        .append(";\n");
            }
            source.append("}\n");
        }
    }

    private static void value(List<Expression> expressions, StringBuilder source) {
        source.append("public Object value(").append(DataContext.class.getName());
        source.append(" root, Object[] in, int index) {\n  switch (index) {\n");
        for (int i = 0; i < expressions.size(); i++) {
            source.append("  case ")
                    .append(i)
                    .append(": return ")
                    .append(call(i, expressions.get(i)))
                    .append(";\n");
        }
        source.append("  default: throw new IllegalStateException();\n  }\n}\n");
    }

    private static String call(int i, Expression expression) {
        return expression.column() >= 0 ? "in[" + expression.column() + "]" : "e" + i + "(root, in)";
    }

    private String method(int index, Expression expression) {
        RexNode rex = expression
                .rex()
                .accept(new ZonedRexes(sql.rexBuilder(), context.isUtc()))
                .accept(new ExactRexes(sql.rexBuilder()));
        RexProgramBuilder program = new RexProgramBuilder(row, sql.rexBuilder());
        program.addProject(rex, "value");
        BlockBuilder block = new BlockBuilder();
        List<org.apache.calcite.linq4j.tree.Expression> values = translate(expression, block, program);
        block.add(Expressions.return_(null, ours(values.get(0), expression.type())));
        return Expressions.toString(
                List.of(Expressions.methodDecl(
                        Modifier.PRIVATE, Object.class, "e" + index, List.of(DataContext.ROOT, IN), block.toBlock())),
                "\n",
                false);
    }

    private List<org.apache.calcite.linq4j.tree.Expression> translate(
            Expression expression, BlockBuilder block, RexProgramBuilder program) {
        try {
            return RexToLixTranslator.translateProjects(
                    program.getProgram(),
                    sql.types(),
                    Sql.CONFORMANCE,
                    block,
                    constants,
                    null,
                    DataContext.ROOT,
                    (list, column, storageType) -> input(column),
                    null);
        } catch (RuntimeException e) {
            // Calcite has no one exception for functions that it can check but not run.
            throw new UncompilableException(expression.text(), e);
        }
    }

    /** A column's value as Calcite's code wants it. */
    private org.apache.calcite.linq4j.tree.Expression input(int column) {
        RelDataType type = row.getFieldList().get(column).getType();
        org.apache.calcite.linq4j.tree.Expression value = Expressions.arrayIndex(IN, Expressions.constant(column));
        DataType ours = SqlTypes.from(type);
        if (ours == Scalar.BYTES) {
            return Expressions.call(SqlRuntime.class, "toCalcite", Expressions.convert_(value, byte[].class));
        }
        Type javaType = sql.types().getJavaClass(type);
        if (ours != null && holdsBytes(ours)) {
            value = Expressions.call(SqlRuntime.class, "toCalciteDeep", value);
        }
        Primitive primitive = Primitive.of(javaType);
        if (primitive != null) {
            return Expressions.unbox(Expressions.convert_(value, primitive.getBoxClass()), primitive);
        }
        return Expressions.convert_(value, Types.toClass(javaType));
    }

    /** A computed value as a row of ours wants it. */
    private static org.apache.calcite.linq4j.tree.Expression ours(
            org.apache.calcite.linq4j.tree.Expression value, DataType type) {
        Type javaType = value.getType();
        org.apache.calcite.linq4j.tree.Expression boxed = Primitive.is(javaType) ? Expressions.box(value) : value;
        if (type instanceof DataType.Decimal decimal) {
            return Expressions.call(
                    SqlRuntime.class,
                    "decimal",
                    boxed,
                    Expressions.constant(decimal.precision()),
                    Expressions.constant(decimal.scale()));
        }
        if (!(type instanceof Scalar scalar)) {
            return holdsBytes(type) ? Expressions.call(SqlRuntime.class, "fromCalciteDeep", boxed) : boxed;
        }
        String conversion = switch (scalar) {
            case BOOLEAN, STRING -> null;
            case TINYINT -> "toByte";
            case SMALLINT -> "toShort";
            case INT, DATE, TIME -> "toInt";
            case BIGINT, TIMESTAMP, TIMESTAMP_LTZ -> "toLong";
            case FLOAT -> "toFloat";
            case DOUBLE -> "toDouble";
            case BYTES -> "fromCalcite";
        };
        return conversion == null ? boxed : Expressions.call(SqlRuntime.class, conversion, boxed);
    }

    private static boolean holdsBytes(DataType type) {
        if (type instanceof DataType.Array array) {
            return holdsBytes(array.element());
        }
        if (type instanceof DataType.MapOf map) {
            return holdsBytes(map.key()) || holdsBytes(map.value());
        }
        if (type instanceof DataType.Struct struct) {
            return struct.row().columns().stream().anyMatch(column -> holdsBytes(column.type()));
        }
        return type == Scalar.BYTES;
    }
}
