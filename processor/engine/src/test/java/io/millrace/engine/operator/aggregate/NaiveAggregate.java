package io.millrace.engine.operator.aggregate;

import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The oracle: keeps every row of every window in plain collections and computes each result anew. For keys of one STRING. */
final class NaiveAggregate {
    private final AggregateSpec spec;
    private final Map<Group, List<Row>> groups = new TreeMap<>();
    private final List<Row> output = new ArrayList<>();
    private long watermarkMs = Long.MIN_VALUE;
    private long late;

    NaiveAggregate(AggregateSpec spec) {
        this.spec = spec;
    }

    void feed(Row row) {
        SlicedWindows windows = (SlicedWindows) Objects.requireNonNull(spec.windows());
        boolean accepted = false;
        long first = row.timeMs() - Math.floorMod(row.timeMs() - windows.offsetMs(), windows.everyMs());
        for (long start = first; start > row.timeMs() - windows.sizeMs(); start -= windows.everyMs()) {
            long end = start + windows.sizeMs();
            if (isPast(end - 1 + spec.latenessMs())) {
                continue;
            }
            accepted = true;
            groups.computeIfAbsent(new Group(end, (String) row.value(0)), absent -> new ArrayList<>())
                    .add(row);
        }
        late += accepted ? 0 : 1;
        for (long start = first - windows.sizeMs() + windows.everyMs(); start <= first; start += windows.everyMs()) {
            long end = start + windows.sizeMs();
            if (isPast(end - 1) && !isPast(end - 1 + spec.latenessMs())) {
                Group group = new Group(end, (String) row.value(0));
                output.add(result(RowKind.UPDATE_AFTER, group, Objects.requireNonNull(groups.get(group))));
            }
        }
    }

    void advance(long toMs) {
        for (Map.Entry<Group, List<Row>> entry : groups.entrySet()) {
            long endMs = entry.getKey().endMs;
            if (!isPast(endMs - 1) && endMs - 1 <= toMs) {
                output.add(result(RowKind.INSERT, entry.getKey(), entry.getValue()));
            }
        }
        watermarkMs = Math.max(watermarkMs, toMs);
    }

    List<Row> output() {
        return output;
    }

    long late() {
        return late;
    }

    private boolean isPast(long timeMs) {
        return watermarkMs >= timeMs;
    }

    private Row result(RowKind kind, Group group, List<Row> rows) {
        List<@Nullable Object> values = new ArrayList<>();
        values.add(group.key);
        values.add(group.endMs - ((SlicedWindows) Objects.requireNonNull(spec.windows())).sizeMs());
        values.add(group.endMs);
        spec.calls().forEach(call -> values.add(value(call, rows)));
        return new Row(kind, group.endMs - 1, values.toArray());
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
