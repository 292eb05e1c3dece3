package io.millrace.plan.expression;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import org.apache.calcite.DataContext;
import org.apache.calcite.adapter.java.JavaTypeFactory;
import org.apache.calcite.linq4j.QueryProvider;
import org.apache.calcite.rel.type.TimeFrames;
import org.apache.calcite.schema.SchemaPlus;
import org.jspecify.annotations.Nullable;

/**
 * The surroundings of compiled expressions: the job's time zone and no clock. Thread-safe.
 *
 * <p>Calcite's own code is told that the zone is UTC: where a zone matters, {@link ZonedRexes} puts our arithmetic in, which keeps the
 * milliseconds and knows what to do with the hours that a clock shows twice or never.
 */
final class ConstantContext implements DataContext {
    private static final long SECOND_MS = 1_000;

    private final ZoneRules rules;
    private final Map<String, Object> variables = Map.of(
            Variable.TIME_ZONE.camelName,
            TimeZone.getTimeZone("UTC"),
            Variable.TIME_FRAME_SET.camelName,
            TimeFrames.CORE,
            Variable.LOCALE.camelName,
            Locale.ENGLISH);

    private ConstantContext(ZoneRules rules) {
        this.rules = rules;
    }

    static ConstantContext in(ZoneId zone) {
        return new ConstantContext(zone.getRules());
    }

    boolean isUtc() {
        return rules.equals(ZoneOffset.UTC.getRules());
    }

    /** What the clock shows at an instant, as if it were in UTC. */
    long wallClockMs(long instantMs) {
        return instantMs + offsetMs(rules.getOffset(Instant.ofEpochMilli(instantMs)));
    }

    /**
     * The instant at which the clock shows this: the first of two if it is put back, and as much later as it is put forward if it never
     * shows it.
     */
    long instantMs(long wallClockMs) {
        // Of a gap, getOffset gives the offset before it.
        return wallClockMs - offsetMs(rules.getOffset(shown(wallClockMs)));
    }

    /** The same, but of two instants the second one, if it is no later than {@code latestMs}. */
    long instantUpTo(long wallClockMs, long latestMs) {
        long firstMs = instantMs(wallClockMs);
        long secondMs = second(wallClockMs, firstMs);
        return secondMs <= latestMs ? secondMs : firstMs;
    }

    /** The same, but of two instants the second one, if the first is before {@code earliestMs}. */
    long instantFrom(long wallClockMs, long earliestMs) {
        long firstMs = instantMs(wallClockMs);
        return firstMs >= earliestMs ? firstMs : second(wallClockMs, firstMs);
    }

    private long second(long wallClockMs, long firstMs) {
        List<ZoneOffset> offsets = rules.getValidOffsets(shown(wallClockMs));
        return offsets.size() < 2 ? firstMs : wallClockMs - offsetMs(offsets.get(1));
    }

    private static LocalDateTime shown(long wallClockMs) {
        long seconds = Math.floorDiv(wallClockMs, SECOND_MS);
        int nanos = (int) Math.floorMod(wallClockMs, SECOND_MS) * 1_000_000;
        return LocalDateTime.ofEpochSecond(seconds, nanos, ZoneOffset.UTC);
    }

    private static long offsetMs(ZoneOffset offset) {
        return offset.getTotalSeconds() * SECOND_MS;
    }

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
