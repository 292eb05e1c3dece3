package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.Tally;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: keeps every row of every window in plain collections and computes each result anew. Windows are found by walking their
 * ends on the clocks of the zone. For keys of one STRING.
 */
final class NaiveAggregate {
    private final AggregateSpec spec;
    private final SlicedWindows windows;
    private final LocalClock clock;
    private final Map<Group, List<Row>> groups = new TreeMap<>();
    private final Set<Group> changed = new TreeSet<>();
    private final List<Row> output = new ArrayList<>();
    private final Map<Tally.Kind, Long> counts = new EnumMap<>(Tally.Kind.class);
    private final Map<Long, Long> endInstants = new HashMap<>();
    private long watermarkMs = Long.MIN_VALUE;

    NaiveAggregate(AggregateSpec spec) {
        this.spec = spec;
        this.windows = (SlicedWindows) Objects.requireNonNull(spec.windows());
        this.clock = new LocalClock(windows.zone());
    }

    void feed(Row row) {
        boolean accepted = false;
        boolean corrected = false;
        for (long endMs : windowEnds(clock.at(row.timeMs()))) {
            long lastMs = endInstant(endMs) - 1;
            if (isPast(lastMs + spec.latenessMs())) {
                continue;
            }
            accepted = true;
            corrected |= isPast(lastMs);
            Group group = new Group(endMs, (String) row.value(0));
            List<Row> rows = groups.computeIfAbsent(group, absent -> new ArrayList<>());
            rows.add(row);
            if (isPast(lastMs)) {
                output.add(result(RowKind.UPDATE_AFTER, Finality.CORRECTED, group));
            } else if (spec.emit() instanceof Emit.Updates) {
                output.add(result(RowKind.UPDATE_AFTER, Finality.EARLY, group));
            }
            changed.add(group);
        }
        counts.merge(
                !accepted ? Tally.Kind.LATE : corrected ? Tally.Kind.CORRECTED : Tally.Kind.ON_TIME, 1L, Long::sum);
    }

    void advance(long toMs) {
        RowKind kind = spec.emit() instanceof Emit.Final ? RowKind.INSERT : RowKind.UPDATE_AFTER;
        for (Group group : groups.keySet()) {
            long lastMs = endInstant(group.endMs) - 1;
            if (!isPast(lastMs) && lastMs <= toMs) {
                output.add(result(kind, Finality.FINAL, group));
            }
        }
        watermarkMs = Math.max(watermarkMs, toMs);
    }

    List<Row> output() {
        return output;
    }

    /** The results of open windows that have changed since the last call, or all of them. */
    List<Row> early(boolean all) {
        List<Row> early = (all ? groups.keySet() : changed)
                .stream()
                        .filter(group -> !isPast(endInstant(group.endMs) - 1))
                        .map(group -> result(RowKind.UPDATE_AFTER, Finality.EARLY, group))
                        .toList();
        changed.clear();
        return early;
    }

    long count(Tally.Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** The ends of all windows that hold a local time. */
    private List<Long> windowEnds(long lineMs) {
        List<Long> ends = new ArrayList<>();
        long startStepMs = windows.isCumulating() ? windows.sizeMs() : windows.everyMs();
        long lastStartMs = lineMs;
        lastStartMs -= Math.floorMod(lastStartMs - windows.offsetMs(), startStepMs);
        if (windows.isCumulating()) {
            for (long sizeMs = windows.everyMs(); sizeMs <= windows.sizeMs(); sizeMs += windows.everyMs()) {
                if (lineMs < lastStartMs + sizeMs) {
                    ends.add(lastStartMs + sizeMs);
                }
            }
            return ends;
        }
        for (long startMs = lastStartMs; startMs > lineMs - windows.sizeMs(); startMs -= startStepMs) {
            ends.add(0, startMs + windows.sizeMs());
        }
        return ends;
    }

    private long windowStart(long endMs) {
        if (!windows.isCumulating()) {
            return endMs - windows.sizeMs();
        }
        long startMs = endMs - windows.everyMs();
        while (Math.floorMod(startMs - windows.offsetMs(), windows.sizeMs()) != 0) {
            startMs -= windows.everyMs();
        }
        return startMs;
    }

    private long endInstant(long endMs) {
        return endInstants.computeIfAbsent(endMs, clock::endMs);
    }

    private boolean isPast(long timeMs) {
        return watermarkMs >= timeMs;
    }

    private Row result(RowKind kind, Finality finality, Group group) {
        List<Row> rows = Objects.requireNonNull(groups.get(group));
        List<@Nullable Object> values = new ArrayList<>();
        values.add(group.key);
        values.add(clock.startMs(windowStart(group.endMs)));
        values.add(endInstant(group.endMs));
        spec.calls().forEach(call -> values.add(value(call, rows)));
        return new Row(kind, endInstant(group.endMs) - 1, finality, values.toArray());
    }

    static @Nullable Object value(AggregateCall call, List<Row> rows) {
        List<Row> counted = rows.stream()
                .filter(row -> call.filter() < 0 || Boolean.TRUE.equals(row.value(call.filter())))
                .toList();
        if (call.argument() < 0) {
            return (long) counted.size();
        }
        List<Object> arguments = new ArrayList<>(counted.stream()
                .map(row -> row.value(call.argument()))
                .filter(Objects::nonNull)
                .toList());
        if (call.distinct()) {
            arguments = new ArrayList<>(arguments.stream().distinct().toList());
        }
        if (call.function() == AggregateCall.Function.COUNT) {
            return (long) arguments.size();
        }
        if (arguments.isEmpty()) {
            return null;
        }
        return switch (call.function()) {
            case MIN -> arguments.stream().min(NaiveAggregate::compare).orElseThrow();
            case MAX -> arguments.stream().max(NaiveAggregate::compare).orElseThrow();
            case SUM -> cast(sum(arguments), call.resultType());
            case AVG -> average(sum(arguments), arguments.size(), call.resultType());
            case COUNT -> throw new IllegalStateException();
        };
    }

    private static BigDecimal sum(List<Object> arguments) {
        return arguments.stream()
                .map(argument -> new BigDecimal(argument.toString()))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static @Nullable Object average(BigDecimal sum, int count, DataType type) {
        if (type == Scalar.DOUBLE) {
            return sum.doubleValue() / count;
        }
        boolean whole = type instanceof Scalar;
        int scale = whole ? 0 : ((DataType.Decimal) type).scale();
        RoundingMode mode = whole ? RoundingMode.DOWN : RoundingMode.HALF_UP;
        return cast(sum.divide(BigDecimal.valueOf(count), scale, mode), type);
    }

    private static @Nullable Object cast(BigDecimal value, DataType type) {
        if (type instanceof DataType.Decimal decimal) {
            BigDecimal scaled = value.setScale(decimal.scale(), RoundingMode.HALF_UP);
            return scaled.precision() <= decimal.precision() ? scaled : null;
        }
        BigInteger whole = value.toBigInteger();
        return switch ((Scalar) type) {
            case TINYINT -> whole.byteValue();
            case SMALLINT -> whole.shortValue();
            case INT -> whole.intValue();
            case BIGINT -> whole.longValue();
            case FLOAT -> value.floatValue();
            case DOUBLE -> value.doubleValue();
            default -> throw new IllegalStateException(type.sql());
        };
    }

    @SuppressWarnings("unchecked")
    private static int compare(Object left, Object right) {
        return ((Comparable<Object>) left).compareTo(right);
    }

    private record Group(long endMs, @Nullable String key) implements Comparable<Group> {
        private static final Comparator<Group> ORDER = Comparator.comparingLong(Group::endMs)
                .thenComparing(Group::key, Comparator.nullsFirst(Comparator.naturalOrder()));

        @Override
        public int compareTo(Group other) {
            return ORDER.compare(this, other);
        }
    }
}
