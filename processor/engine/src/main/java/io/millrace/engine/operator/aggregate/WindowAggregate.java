package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Row;
import io.millrace.serde.RowCodec;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates by key and window. A window's results come when event time passes its end, one INSERT per group that has rows in it,
 * with the time {@code end - 1}. A row that comes later but within the lateness corrects its windows at once, by an UPDATE_AFTER with
 * the new result of each window that has fired already; a row that is past the lateness of all its windows is counted as late and
 * otherwise ignored.
 *
 * <p>Its store holds the accumulators of each slice and group until the last window that needs them has fired and its lateness has
 * passed, and how far windows have fired. That progress is only written when event time crosses the end of a slice (or of a
 * lateness): in between, no decision depends on it, and {@link #advance} returns after one comparison.
 */
public final class WindowAggregate implements Operator {
    /** Event time never gets further: all windows have ended and all latenesses passed. */
    private static final long HORIZON_MS = -WindowProgress.NEVER_MS;

    private final AggregateSpec spec;
    private final AggregateInput input;
    private final OperatorContext context;
    private final SlicedWindows windows;
    private final long latenessMs;
    private final Accumulators accumulators;
    private final StoreKeys keys;
    private final RowCodec codec;
    private final KeyValueStore store;
    private final DistinctValues distinct;
    private final boolean hasDistinct;
    private final Tally late;

    private WindowProgress progress;

    /** The least event time, after the progress, at which a window ends or a lateness passes. */
    private long nextDueMs;

    /** No slice that ends before is left in the store; only known since the operator was made. */
    private long expiredBeforeMs = WindowProgress.NEVER_MS;

    private WindowAggregate(AggregateSpec spec, AggregateInput input, SlicedWindows windows, OperatorContext context) {
        this.spec = spec;
        this.input = input;
        this.context = context;
        this.windows = windows;
        this.latenessMs = spec.latenessMs();
        this.accumulators = new Accumulators(spec);
        this.keys = new StoreKeys(spec);
        this.codec = new RowCodec(accumulators.storedType());
        this.store = context.store(spec.name());
        this.distinct = new DistinctValues(store, accumulators.distinctTypes());
        this.hasDistinct = accumulators.hasDistinct();
        this.late = context.tally(Tally.Kind.LATE, spec.name());
        this.progress = WindowProgress.load(store);
        this.nextDueMs = nextDue();
    }

    /** @throws IllegalArgumentException if {@code spec} has no windows, or a call's function and types do not go together */
    public static OperatorFactory of(AggregateSpec spec, AggregateInput input) {
        if (!(spec.windows() instanceof SlicedWindows windows)) {
            throw new IllegalArgumentException(spec.name() + " has no windows");
        }
        new Accumulators(spec);
        return context -> new WindowAggregate(spec, input, windows, context);
    }

    @Override
    public void process(int port, Row row, Output out) {
        Rows.checkInsert(spec, row);
        @Nullable Object[] values = row.values();
        boolean isPartial = input == AggregateInput.PARTIALS;
        long timeMs = isPartial ? (long) values[spec.keyCount()] : row.timeMs();
        if (!windows.covers(timeMs)) {
            context.failed(spec.name(), Rows.timeOutOfRange());
            return;
        }
        long sliceEndMs = isPartial ? timeMs : windows.sliceEnd(timeMs);
        if (!isAccepted(windows.lastWindowEnd(sliceEndMs))) {
            late.add(isPartial ? (long) values[accumulators.partialBase()] : 1);
            return;
        }
        byte[] key = keys.group(sliceEndMs, values);
        byte[] stored = store.get(key);
        @Nullable Object[] group = stored == null ? accumulators.newGroup() : codec.decode(stored, 0);
        if (isPartial) {
            accumulators.addPartial(group, values, key, distinct);
        } else {
            accumulators.addRow(group, values, key, distinct);
        }
        store.put(key, codec.encode(group));
        if (hasFired(sliceEndMs)) {
            correct(sliceEndMs, key, group, out);
        }
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        long throughMs = Math.min(watermarkMs, HORIZON_MS);
        if (throughMs >= nextDueMs) {
            if (!fire(throughMs, out)) {
                return false;
            }
            progress = WindowProgress.through(throughMs);
            progress.save(store);
            nextDueMs = nextDue();
        }
        return expire(out);
    }

    private boolean fire(long throughMs, Output out) {
        DistinctValues unions = hasDistinct ? distinct : null;
        try (DueWindows due = new DueWindows(store, keys, windows, accumulators, codec, unions, progress, throughMs)) {
            byte[] lastKey = null;
            long lastEndMs = 0;
            while (due.next()) {
                if (out.isFull()) {
                    if (lastKey != null) {
                        progress = progress.stoppedAfter(lastEndMs, lastKey);
                        progress.save(store);
                    }
                    return false;
                }
                lastEndMs = due.windowEndMs();
                lastKey = due.groupKey();
                emit(RowKind.INSERT, lastEndMs, lastKey, due.group(), out);
                byte[] lastUse = latenessMs == 0 ? due.lastUse() : null;
                if (lastUse != null) {
                    store.delete(lastUse);
                }
            }
            return true;
        }
    }

    /** Deletes what no window needs any more, except for what {@link #fire} deletes at once. */
    private boolean expire(Output out) {
        // The last window of a slice ends sizeMs - everyMs after it.
        long beforeMs = progress.firedThroughMs() + 2 - latenessMs - (windows.sizeMs() - windows.everyMs());
        if (beforeMs <= expiredBeforeMs) {
            return true;
        }
        boolean done = (latenessMs == 0 || expire(StoreKeys.GROUP, beforeMs, out))
                && (!hasDistinct || expire(StoreKeys.DISTINCT, beforeMs, out));
        if (done) {
            expiredBeforeMs = beforeMs;
        }
        return done;
    }

    private boolean expire(byte kind, long beforeMs, Output out) {
        try (Cursor entries = store.scan(StoreKeys.slice(kind, expiredBeforeMs), StoreKeys.slice(kind, beforeMs))) {
            while (entries.next()) {
                if (out.isFull()) {
                    return false;
                }
                store.delete(entries.key());
            }
        }
        return true;
    }

    /** Emits the windows of a slice again that have fired and still accept rows. */
    private void correct(long sliceEndMs, byte[] key, @Nullable Object[] changed, Output out) {
        long lastEndMs = windows.lastWindowEnd(sliceEndMs);
        for (long endMs = sliceEndMs; endMs <= lastEndMs && hasFired(endMs); endMs += windows.everyMs()) {
            if (isAccepted(endMs)) {
                @Nullable Object[] group = windows.isTumbling() ? changed : groupOf(endMs, key);
                emit(RowKind.UPDATE_AFTER, endMs, key, group, out);
            }
        }
    }

    /** The accumulators of a group in a whole window. */
    private @Nullable Object[] groupOf(long windowEndMs, byte[] anyKey) {
        @Nullable Object[] group = accumulators.newGroup();
        List<DistinctValues.Walk> slices = new ArrayList<>();
        try {
            for (int back = windows.slices() - 1; back >= 0; back--) {
                byte[] key = StoreKeys.inSlice(anyKey, windowEndMs - back * windows.everyMs());
                byte[] stored = store.get(key);
                if (stored != null) {
                    accumulators.mergePlain(group, codec.decode(stored, 0));
                    if (hasDistinct) {
                        DistinctValues.Walk walk = DistinctValues.Walk.of(store, key);
                        slices.add(walk);
                        walk.moveTo(key);
                    }
                }
            }
            if (hasDistinct) {
                distinct.addUnion(slices, anyKey.length, accumulators, group);
            }
            return group;
        } finally {
            slices.forEach(DistinctValues.Walk::close);
        }
    }

    private void emit(RowKind kind, long windowEndMs, byte[] key, @Nullable Object[] group, Output out) {
        int keyCount = spec.keyCount();
        @Nullable Object[] result = new Object[keyCount + 2 + accumulators.callCount()];
        System.arraycopy(keys.columns(key), 0, result, 0, keyCount);
        result[keyCount] = windows.windowStart(windowEndMs);
        result[keyCount + 1] = windowEndMs;
        accumulators.results(group, result, keyCount + 2);
        out.emit(new Row(kind, windowEndMs - 1, result));
    }

    private boolean hasFired(long windowEndMs) {
        return windowEndMs - 1 <= progress.firedThroughMs();
    }

    private boolean isAccepted(long windowEndMs) {
        return progress.firedThroughMs() < windowEndMs - 1 + latenessMs;
    }

    private long nextDue() {
        long throughMs = progress.firedThroughMs();
        long nextEndMs = windows.sliceEnd(throughMs + 1) - 1;
        long nextLatenessMs = windows.sliceEnd(throughMs + 1 - latenessMs) - 1 + latenessMs;
        return Math.min(nextEndMs, nextLatenessMs);
    }
}
