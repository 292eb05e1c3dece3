package io.millrace.plan.expression;

import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.linq4j.QueryProvider;
import org.apache.calcite.rel.type.TimeFrames;
import org.apache.calcite.schema.SchemaPlus;
import org.jspecify.annotations.Nullable;

/** The surroundings of compiled expressions: the time zone UTC and no clock. Thread-safe. */
final class ConstantContext implements DataContext {
    static final ConstantContext UTC = new ConstantContext();

    private final Map<String, Object> variables = Map.of(
            Variable.TIME_ZONE.camelName,
            TimeZone.getTimeZone("UTC"),
            Variable.TIME_FRAME_SET.camelName,
            TimeFrames.CORE,
            Variable.LOCALE.camelName,
            Locale.ENGLISH);

    private ConstantContext() {}

    @Override
    public @Nullable Object get(String name) {
        return variables.get(name);
    }

    @Override
    public @Nullable SchemaPlus getRootSchema() {
        return null;
    }

    @Override
    public JavaTypeFactory getTypeFactory() {
        throw new IllegalStateException("a compiled expression asked for types");
    }

    @Override
    public QueryProvider getQueryProvider() {
        throw new IllegalStateException("a compiled expression asked for a query");
    }
}
