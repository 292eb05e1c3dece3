package io.millrace.plan.expression;

import io.millrace.serde.DataTypes;
import io.millrace.serde.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.metadata.DefaultRelMetadataProvider;
import org.apache.calcite.rel.metadata.ProxyingMetadataHandlerProvider;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.schema.impl.AbstractTable;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.apache.calcite.sql.validate.SqlDelegatingConformance;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.apache.calcite.sql2rel.StandardConvertletTable;
import org.jspecify.annotations.Nullable;

/** Calcite's parser, validator and converter, set up once for a plan. Single-threaded. */
final class Sql {
    static final SqlConformance CONFORMANCE = new Conformance();

    private final SqlTypes types = new SqlTypes();
    private final Functions functions = new Functions();
    private final RelOptCluster cluster;

    Sql() {
        HepPlanner planner = new HepPlanner(HepProgram.builder().build());
        cluster = RelOptCluster.create(planner, new RexBuilder(types));
        cluster.setMetadataQuerySupplier(() ->
                new RelMetadataQuery(new ProxyingMetadataHandlerProvider(DefaultRelMetadataProvider.INSTANCE)) {});
    }

    SqlTypes types() {
        return types;
    }

    Functions functions() {
        return functions;
    }

    RexBuilder rexBuilder() {
        return cluster.getRexBuilder();
    }

    static SqlNode parse(String expression) throws SqlParseException {
        SqlParser.Config config = SqlParser.config()
                .withQuoting(Quoting.BACK_TICK)
                .withUnquotedCasing(Casing.UNCHANGED)
                .withQuotedCasing(Casing.UNCHANGED)
                .withCaseSensitive(true)
                .withConformance(CONFORMANCE);
        return SqlParser.create(expression, config).parseExpression();
    }

    /** Columns by their names, quoted: a bare {@code user} would be a function. */
    static List<SqlNode> columns(RowType columns, List<Integer> indexes) {
        List<SqlNode> nodes = new ArrayList<>();
        for (int index : indexes) {
            nodes.add(new SqlIdentifier(
                    List.of(columns.column(index).name()),
                    null,
                    SqlParserPos.QUOTED_ZERO,
                    List.of(SqlParserPos.QUOTED_ZERO)));
        }
        return nodes;
    }

    /**
     * {@code SELECT items FROM stream [GROUP BY groupBy]} as a relational expression, checked.
     *
     * @throws org.apache.calcite.runtime.CalciteContextException if it is not valid
     */
    RelNode select(List<SqlNode> items, @Nullable List<SqlNode> groupBy, String stream, RowType columns) {
        SqlNode from = new SqlIdentifier(stream, SqlParserPos.QUOTED_ZERO);
        SqlSelect select = new SqlSelect(
                SqlParserPos.ZERO,
                null,
                new SqlNodeList(items, SqlParserPos.ZERO),
                from,
                null,
                groupBy == null ? null : new SqlNodeList(groupBy, SqlParserPos.ZERO),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
        Catalog catalog = new Catalog(stream, columns, types);
        SqlValidator validator = SqlValidatorUtil.newValidator(
                functions.table(),
                catalog,
                types,
                SqlValidator.Config.DEFAULT
                        .withConformance(CONFORMANCE)
                        // It would hide mistakes: VARCHAR + 1, DOUBLE = 'x'.
                        .withTypeCoercionEnabled(false)
                        .withDefaultNullCollation(NullCollation.LOW));
        SqlNode valid = validator.validate(select);
        Comparisons.check((SqlSelect) valid, validator);
        SqlToRelConverter converter = new SqlToRelConverter(
                (type, query, schemaPath, viewPath) -> {
                    throw new IllegalStateException("a view where only " + stream + " is known");
                },
                validator,
                catalog,
                cluster,
                StandardConvertletTable.INSTANCE,
                SqlToRelConverter.config()
                        .withTrimUnusedFields(false)
                        // A long IN list would otherwise become a join with a list of values.
                        .withInSubQueryThreshold(Integer.MAX_VALUE)
                        .withRelBuilderConfigTransform(config -> config.withSimplify(false)));
        return converter.convertQuery(valid, false, true).rel;
    }

    /** One table, and the names of our types where SQL has none. */
    private static final class Catalog extends CalciteCatalogReader {
        private final SqlTypes types;

        Catalog(String stream, RowType columns, SqlTypes types) {
            super(schema(stream, columns, types), List.of(), types, new CalciteConnectionConfigImpl(caseSensitive()));
            this.types = types;
        }

        @Override
        public @Nullable RelDataType getNamedType(SqlIdentifier name) {
            if (!name.isSimple()) {
                return null;
            }
            try {
                return types.of(DataTypes.parse(name.getSimple()), true);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }

        private static CalciteSchema schema(String stream, RowType columns, SqlTypes types) {
            CalciteSchema schema = CalciteSchema.createRootSchema(false, false);
            schema.add(stream, new AbstractTable() {
                @Override
                public RelDataType getRowType(RelDataTypeFactory factory) {
                    return types.rowOf(columns);
                }
            });
            return schema;
        }

        private static Properties caseSensitive() {
            Properties properties = new Properties();
            properties.setProperty("caseSensitive", "true");
            return properties;
        }
    }

    /** The default, with the spellings {@code !=} and {@code %}. */
    private static final class Conformance extends SqlDelegatingConformance {
        Conformance() {
            super(SqlConformanceEnum.DEFAULT);
        }

        @Override
        public boolean isBangEqualAllowed() {
            return true;
        }

        @Override
        public boolean isPercentRemainderAllowed() {
            return true;
        }

        @Override
        public boolean allowPluralTimeUnits() {
            return true;
        }

        @Override
        public boolean shouldConvertRaggedUnionTypesToVarying() {
            return true;
        }
    }
}
