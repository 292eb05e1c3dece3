package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All calls of an aggregation together. A group's accumulators are one array: the number of its rows, then the slots of each call.
 *
 * <p>There are two forms of it. In the <i>stored</i> form a DISTINCT call has the slots of its plain function, which is fed with
 * each value once; which values were seen is kept next to it ({@link DistinctValues}). In the <i>partial</i> form, which has to
 * travel, it has one slot with the values themselves: a set while it grows, an ARRAY in the row. Immutable, stateless.
 */
final class Accumulators {
    /** Where a stored group has the number of its rows. */
    static final int COUNT_AT = 0;

    /** Stands for the argument of COUNT(*). */
    private static final Object NO_ARGUMENT = new Object();

    private static final int DISTINCT_VALUE_BYTES = 64;

    private final AggregateSpec spec;
    private final List<AggregateCall> calls;
    private final Accumulator[] functions;
    private final boolean[] distinct;
    private final int[] arguments;
    private final int[] filters;
    private final int[] storedAt;
    private final int[] partialAt;
    private final RowType storedType;
    private final RowType partialType;

    /** @throws IllegalArgumentException if a call's function and types do not go together */
    Accumulators(AggregateSpec spec) {
        this.spec = spec;
        this.calls = spec.calls();
        int count = calls.size();
        this.functions = calls.stream().map(Accumulator::of).toArray(Accumulator[]::new);
        this.distinct = new boolean[count];
        this.arguments = calls.stream().mapToInt(AggregateCall::argument).toArray();
        this.filters = calls.stream().mapToInt(AggregateCall::filter).toArray();
        this.storedAt = new int[count];
        this.partialAt = new int[count];
        List<Column> stored = new ArrayList<>();
        List<Column> partial = new ArrayList<>(spec.input().columns().subList(0, spec.keyCount()));
        if (spec.windows() != null) {
            partial.add(new Column("$slice_end", Scalar.BIGINT, false));
        }
        int partialBase = partial.size();
        stored.add(new Column("$count", Scalar.BIGINT, false));
        partial.add(new Column("$count", Scalar.BIGINT, false));
        for (int i = 0; i < count; i++) {
            AggregateCall call = calls.get(i);
            distinct[i] = isDistinct(call);
            storedAt[i] = stored.size();
            partialAt[i] = partial.size() - partialBase;
            List<DataType> slots = functions[i].slots();
            addSlots(stored, i, slots);
            addSlots(partial, i, distinct[i] ? List.of(new DataType.Array(argumentType(call))) : slots);
        }
        this.storedType = new RowType(stored);
        this.partialType = new RowType(partial);
    }

    RowType storedType() {
        return storedType;
    }

    RowType partialType() {
        return partialType;
    }

    /** Where a partial row has its number of rows, from where its slots are counted. */
    int partialBase() {
        return spec.keyCount() + (spec.windows() == null ? 0 : 1);
    }

    int callCount() {
        return functions.length;
    }

    boolean hasDistinct() {
        return IntStream.range(0, distinct.length).anyMatch(i -> distinct[i]);
    }

    /** Per call, the type of the values that must be kept apart; null if it is not DISTINCT. */
    List<@Nullable DataType> distinctTypes() {
        List<@Nullable DataType> types = new ArrayList<>();
        for (int i = 0; i < distinct.length; i++) {
            types.add(distinct[i] ? argumentType(calls.get(i)) : null);
        }
        return types;
    }

    /** A stored group without rows. */
    @Nullable
    Object[] newGroup() {
        @Nullable Object[] group = new Object[storedType.size()];
        group[COUNT_AT] = 0L;
        for (int i = 0; i < functions.length; i++) {
            functions[i].start(group, storedAt[i]);
        }
        return group;
    }

    /** Adds an input row to a stored group. */
    void addRow(@Nullable Object[] group, @Nullable Object[] row, byte[] groupKey, DistinctValues seen) {
        group[COUNT_AT] = (long) group[COUNT_AT] + 1;
        for (int i = 0; i < functions.length; i++) {
            Object argument = argument(i, row);
            if (argument != null && (!distinct[i] || seen.addIfNew(groupKey, i, argument))) {
                functions[i].add(group, storedAt[i], argument);
            }
        }
    }

    /** Adds an input row to a stored group whose distinct values somebody else keeps. */
    void addRow(@Nullable Object[] group, @Nullable Object[] row, Seen seen) {
        group[COUNT_AT] = (long) group[COUNT_AT] + 1;
        for (int i = 0; i < functions.length; i++) {
            Object argument = argument(i, row);
            if (argument != null && (!distinct[i] || seen.addIfNew(i, argument))) {
                functions[i].add(group, storedAt[i], argument);
            }
        }
    }

    /** Adds a partial row to a stored group. */
    void addPartial(@Nullable Object[] group, @Nullable Object[] row, byte[] groupKey, DistinctValues seen) {
        int base = partialBase();
        group[COUNT_AT] = (long) group[COUNT_AT] + (long) row[base];
        for (int i = 0; i < functions.length; i++) {
            int from = base + partialAt[i];
            if (!distinct[i]) {
                functions[i].merge(group, storedAt[i], row, from);
                continue;
            }
            for (Object value : (List<?>) row[from]) {
                if (seen.addIfNew(groupKey, i, value)) {
                    functions[i].add(group, storedAt[i], value);
                }
            }
        }
    }

    /** Adds another stored group to a stored group, all but the DISTINCT calls, as their values may be the same. */
    void mergePlain(@Nullable Object[] group, @Nullable Object[] from) {
        group[COUNT_AT] = (long) group[COUNT_AT] + (long) from[COUNT_AT];
        for (int i = 0; i < functions.length; i++) {
            if (!distinct[i]) {
                functions[i].merge(group, storedAt[i], from, storedAt[i]);
            }
        }
    }

    /** Adds the DISTINCT calls of another stored group that has no value in common with this one. */
    void mergeDistinct(@Nullable Object[] group, @Nullable Object[] from) {
        for (int i = 0; i < functions.length; i++) {
            if (distinct[i]) {
                functions[i].merge(group, storedAt[i], from, storedAt[i]);
            }
        }
    }

    /** Makes the DISTINCT calls of a stored group be as without arguments. */
    void restartDistinct(@Nullable Object[] group) {
        for (int i = 0; i < functions.length; i++) {
            if (distinct[i]) {
                for (int slot = 0; slot < functions[i].slots().size(); slot++) {
                    group[storedAt[i] + slot] = null;
                }
                functions[i].start(group, storedAt[i]);
            }
        }
    }

    /** Adds an argument to one call of a stored group. */
    void add(@Nullable Object[] group, int call, Object argument) {
        functions[call].add(group, storedAt[call], argument);
    }

    /** Writes the results of a stored group to {@code into[at]} and following. */
    void results(@Nullable Object[] group, @Nullable Object[] into, int at) {
        for (int i = 0; i < functions.length; i++) {
            into[at + i] = functions[i].result(group, storedAt[i]);
        }
    }

    /** A partial row of the key of {@code row} without rows in it. */
    @Nullable
    Object[] newPartial(@Nullable Object[] row, long sliceEndMs) {
        @Nullable Object[] partial = new Object[partialType.size()];
        System.arraycopy(row, 0, partial, 0, spec.keyCount());
        if (spec.windows() != null) {
            partial[spec.keyCount()] = sliceEndMs;
        }
        int base = partialBase();
        for (int i = 0; i < functions.length; i++) {
            if (distinct[i]) {
                partial[base + partialAt[i]] = emptySet(argumentType(calls.get(i)));
            } else {
                functions[i].start(partial, base + partialAt[i]);
            }
        }
        return partial;
    }

    /** Adds an input row to a partial row, all but the number of rows. Returns how many bytes it grew by. */
    int addRow(@Nullable Object[] partial, @Nullable Object[] row) {
        int base = partialBase();
        int grown = 0;
        for (int i = 0; i < functions.length; i++) {
            Object argument = argument(i, row);
            if (argument == null) {
                continue;
            }
            if (distinct[i]) {
                grown += addDistinct(partial[base + partialAt[i]], argument);
            } else {
                functions[i].add(partial, base + partialAt[i], argument);
            }
        }
        return grown;
    }

    /** Gives a partial row its final form. */
    void finishPartial(@Nullable Object[] partial, long count) {
        int base = partialBase();
        partial[base] = count;
        for (int i = 0; i < functions.length; i++) {
            if (distinct[i] && partial[base + partialAt[i]] instanceof Set<?> values) {
                partial[base + partialAt[i]] = new ArrayList<Object>(values);
            }
        }
    }

    /** What a value takes on the heap, roughly. */
    static int heapBytes(@Nullable Object value) {
        if (value instanceof String text) {
            return 56 + text.length();
        }
        if (value instanceof byte[] bytes) {
            return 16 + bytes.length;
        }
        return value instanceof BigDecimal ? 80 : 24;
    }

    private static Set<Object> emptySet(DataType type) {
        // An array has no equality by value, but an order.
        return type == Scalar.BYTES ? new TreeSet<>(Accumulator.Extreme.order(type)) : new LinkedHashSet<>();
    }

    @SuppressWarnings("unchecked") // finishPartial comes last
    private static int addDistinct(@Nullable Object set, Object argument) {
        boolean isNew = set != null && ((Set<Object>) set).add(argument);
        return isNew ? DISTINCT_VALUE_BYTES + heapBytes(argument) : 0;
    }

    /** The argument of a call in an input row; null if the row does not count for it. */
    private @Nullable Object argument(int call, @Nullable Object[] row) {
        int filter = filters[call];
        if (filter >= 0 && !Boolean.TRUE.equals(row[filter])) {
            return null;
        }
        int argument = arguments[call];
        return argument < 0 ? NO_ARGUMENT : row[argument];
    }

    /** Whether DISTINCT makes a difference. */
    private static boolean isDistinct(AggregateCall call) {
        return call.distinct()
                && call.function() != AggregateCall.Function.MIN
                && call.function() != AggregateCall.Function.MAX;
    }

    private static DataType argumentType(AggregateCall call) {
        DataType type = call.argumentType();
        if (type == null) {
            throw new IllegalArgumentException(call.function() + "(DISTINCT ...) needs an argument");
        }
        return type;
    }

    private static void addSlots(List<Column> columns, int call, List<DataType> slots) {
        for (int slot = 0; slot < slots.size(); slot++) {
            columns.add(new Column("$" + call + "_" + slot, slots.get(slot)));
        }
    }

    /** The distinct values of one group. */
    interface Seen {
        /** Notes that the group has seen a value; false if it had before. */
        boolean addIfNew(int call, Object argument);
    }
}
