package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The phase before an exchange: adds up the rows of each group and slice between two checkpoints and sends one partial row for
 * them, of {@link AggregateSpec#partialType()}, at the flush. It judges no row to be late; the other phase does. Partial rows come in
 * the order in which their groups were first seen, with the largest event time among their rows.
 *
 * <p>If late rows are to be passed on as they were read, a row that may turn out to be late must not be added to others: it is sent at once
 * as a partial row of its own, while the exchange behind can still take its record along.
 *
 * <p>Groups are found by open addressing over the order of arrival, comparing the row's own values, so a row of a known group
 * makes no garbage but its boxed sums.
 */
public final class LocalAggregate implements Operator {
    private static final int INITIAL_GROUPS = 256;

    /** Tables larger than this are given back after a flush, so that one burst does not pin its memory for ever. */
    private static final int KEPT_GROUPS = 1 << 16;

    /** A group without its values: the object, the array, its places in the tables. */
    private static final int GROUP_BYTES = 72;

    private final AggregateSpec spec;
    private final OperatorContext context;
    private final Accumulators accumulators;
    private final @Nullable SlicedWindows windows;
    private final @Nullable TimeLine line;
    private final int keyCount;
    private final boolean keepsLateApart;

    /** In the order of arrival. */
    private @Nullable Group[] groups = new Group[INITIAL_GROUPS];

    private int size;

    /** Indexes into {@link #groups} plus one, by hash; zero is free. Twice as long as it. */
    private int[] table = new int[2 * INITIAL_GROUPS];

    private long bundledBytes;

    /** No row behind it may be late; before it is known, every row may be. */
    private long watermarkMs = Long.MAX_VALUE;

    private LocalAggregate(AggregateSpec spec, OperatorContext context) {
        this.spec = spec;
        this.context = context;
        this.accumulators = new Accumulators(spec);
        this.windows = spec.windows() instanceof SlicedWindows sliced ? sliced : null;
        this.line = windows == null ? null : new TimeLine(windows.zone());
        this.keyCount = spec.keyCount();
        this.keepsLateApart = spec.lateTopic() != null;
    }

    /** @throws IllegalArgumentException if a call's function and types do not go together */
    public static OperatorFactory of(AggregateSpec spec) {
        new Accumulators(spec);
        return context -> new LocalAggregate(spec, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        Rows.checkInsert(spec, row);
        long sliceEnd = 0;
        if (windows != null && line != null) {
            if (!windows.covers(row.timeMs())) {
                context.failed(spec.name(), Rows.timeOutOfRange());
                return;
            }
            sliceEnd = windows.sliceEnd(line.at(row.timeMs()));
        }
        if (keepsLateApart && (row.timeMs() <= watermarkMs || context.mayTrail())) {
            @Nullable Object[] partial = accumulators.newPartial(row.values(), sliceEnd);
            accumulators.addRow(partial, row.values());
            accumulators.finishPartial(partial, 1);
            out.emit(new Row(RowKind.INSERT, row.timeMs(), partial));
            return;
        }
        Group group = group(row, sliceEnd);
        group.count++;
        group.timeMs = Math.max(group.timeMs, row.timeMs());
        bundledBytes += accumulators.addRow(group.partial, row.values());
    }

    @Override
    public void flush(Output out) {
        for (int i = 0; i < size; i++) {
            Group group = groupAt(i);
            groups[i] = null;
            accumulators.finishPartial(group.partial, group.count);
            out.emit(new Row(RowKind.INSERT, group.timeMs, group.partial));
        }
        if (groups.length > KEPT_GROUPS) {
            groups = new Group[INITIAL_GROUPS];
            table = new int[2 * INITIAL_GROUPS];
        } else if (size > 0) {
            Arrays.fill(table, 0);
        }
        size = 0;
        bundledBytes = 0;
    }

    @Override
    public boolean advance(long toMs, Output out) {
        watermarkMs = toMs;
        return true;
    }

    @Override
    public long bundledBytes() {
        return bundledBytes;
    }

    private Group group(Row row, long sliceEnd) {
        @Nullable Object[] values = row.values();
        int hash = hash(values, sliceEnd);
        int mask = table.length - 1;
        int place = hash & mask;
        while (table[place] != 0) {
            Group known = groupAt(table[place] - 1);
            if (known.hash == hash && known.sliceEnd == sliceEnd && sameKey(known.partial, values)) {
                return known;
            }
            place = (place + 1) & mask;
        }
        Group added = new Group(hash, sliceEnd, row.timeMs(), accumulators.newPartial(values, sliceEnd));
        add(added, place);
        return added;
    }

    private void add(Group group, int place) {
        groups[size++] = group;
        table[place] = size;
        bundledBytes += GROUP_BYTES + 28L * group.partial.length;
        for (int i = 0; i < keyCount; i++) {
            bundledBytes += Accumulators.heapBytes(group.partial[i]);
        }
        if (size == groups.length) {
            grow();
        }
    }

    private void grow() {
        groups = Arrays.copyOf(groups, 2 * size);
        table = new int[4 * size];
        int mask = table.length - 1;
        for (int i = 0; i < size; i++) {
            int place = groupAt(i).hash & mask;
            while (table[place] != 0) {
                place = (place + 1) & mask;
            }
            table[place] = i + 1;
        }
    }

    private Group groupAt(int index) {
        Group group = groups[index];
        if (group == null) {
            throw new IllegalStateException("no group at " + index);
        }
        return group;
    }

    private int hash(@Nullable Object[] values, long sliceEnd) {
        int hash = Long.hashCode(sliceEnd);
        for (int i = 0; i < keyCount; i++) {
            hash = 31 * hash + Rows.hash(values[i]);
        }
        // Neighbouring numbers would fill neighbouring places: spread them.
        hash *= 0x9E3779B9;
        return hash ^ hash >>> 15;
    }

    private boolean sameKey(@Nullable Object[] left, @Nullable Object[] right) {
        for (int i = 0; i < keyCount; i++) {
            if (!Rows.same(left[i], right[i])) {
                return false;
            }
        }
        return true;
    }

    private static final class Group {
        private final int hash;
        private final long sliceEnd;
        private final @Nullable Object[] partial;
        private long timeMs;
        private long count;

        Group(int hash, long sliceEnd, long timeMs, @Nullable Object[] partial) {
            this.hash = hash;
            this.sliceEnd = sliceEnd;
            this.timeMs = timeMs;
            this.partial = partial;
        }
    }
}
