package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.LateRows;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.OperatorFactory;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates by key and window. A window's results come when event time passes its end, one FINAL row per group that has rows in it,
 * with the time {@code end - 1}. A row that comes later but within the lateness corrects its windows at once, by an UPDATE_AFTER, CORRECTED,
 * with the new result of each window that has fired already; a row that is past the lateness of all its windows is late. Results that come
 * before a window's end, if asked for, are EARLY.
 *
 * <p>Without early results a FINAL row is the first of its window and group, except for corrections of nothing, and so an INSERT. With them
 * it cannot be told without looking whether there was one, and all results are UPDATE_AFTER.
 *
 * <p>Its store holds the accumulators of each slice and group until the last window that needs them has fired and its lateness has
 * passed, and how far windows have fired. That progress is only written when event time crosses the end of a slice (or of a
 * lateness): in between, no decision depends on it, and {@link #advance} returns after one comparison. What no window needs any more
 * goes by time ({@link io.millrace.state.Expiry}), however much it is.
 *
 * <p>Cumulating windows also keep all slices so far rolled up, per group ({@link DueCumulated}). Without lateness a slice is gone as soon as
 * it is rolled up, and a row that is late for the windows that have fired, but not for the longest, is added to the rolled-up entry only.
 * With lateness slices stay, so that windows that have fired can be computed again, and such a row is added to both.
 */
public final class WindowAggregate implements Operator {
    /** Event time never gets further: all windows have ended and all latenesses passed. */
    private static final long HORIZON_MS = -WindowProgress.NEVER_MS;

    private final AggregateSpec spec;
    private final AggregateInput input;
    private final OperatorContext context;
    private final SlicedWindows windows;
    private final KeyValueStore store;
    private final SliceStore slices;
    private final WindowTimes times;
    private final TimeLine line;
    private final WindowGroups groups;
    private final WindowResults results;
    private final @Nullable EarlyResults early;
    private final boolean emitsUpdates;
    private final boolean keepsFiredSlices;
    private final int partialCountAt;
    private final LateRows late;
    private final Tally onTime;
    private final Tally corrected;

    /** For whoever reads about late rows; no decision goes by it. */
    private long watermarkMs;

    private WindowAggregate(AggregateSpec spec, AggregateInput input, SlicedWindows windows, OperatorContext context) {
        this.spec = spec;
        this.input = input;
        this.context = context;
        this.windows = windows;
        this.store = context.store(spec.name());
        this.slices = SliceStore.of(spec, store);
        this.times = new WindowTimes(windows, spec.latenessMs(), WindowProgress.load(store));
        this.line = times.line();
        this.emitsUpdates = spec.emit() instanceof Emit.Updates;
        this.keepsFiredSlices = !windows.isCumulating() || spec.latenessMs() > 0;
        this.groups = new WindowGroups(slices, windows, times, keepsFiredSlices);
        this.results = new WindowResults(spec, slices, windows, line);
        this.early = spec.emit() instanceof Emit.Early emit
                ? new EarlyResults(emit, context, slices, windows, times, groups, results)
                : null;
        this.partialCountAt = slices.accumulators().partialBase();
        this.late = new LateRows(context, spec.name(), spec.lateTopic());
        this.onTime = context.tally(Tally.Kind.ON_TIME, spec.name());
        this.corrected = context.tally(Tally.Kind.CORRECTED, spec.name());
        this.watermarkMs = times.progress().firedThroughMs();
    }

    /**
     * @throws IllegalArgumentException if {@code spec} has no windows that are made of slices, if it is to emit with each row but is not fed
     *     with rows, or if a call's function and types do not go together
     */
    public static OperatorFactory of(AggregateSpec spec, AggregateInput input) {
        if (!(spec.windows() instanceof SlicedWindows windows)) {
            throw new IllegalArgumentException(
                    spec.name() + (spec.windows() == null ? " has no windows" : " has windows without slices"));
        }
        if (spec.emit() instanceof Emit.Updates && input == AggregateInput.PARTIALS) {
            throw new IllegalArgumentException(
                    spec.name() + " emits with each row, so it must be fed with rows and not with partial rows");
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
        long sliceEndMs = isPartial ? timeMs : windows.sliceEnd(line.at(timeMs));
        long rows = isPartial ? (long) values[partialCountAt] : 1;
        if (sliceEndMs < times.firstOpenEndMs()) {
            processBehind(row, sliceEndMs, rows, out);
            return;
        }
        byte[] key = slices.keys().group(sliceEndMs, values);
        @Nullable Object[] group = slices.add(key, values, input);
        onTime.add(rows);
        if (emitsUpdates) {
            emit(key, group, sliceEndMs, windows.lastWindowEnd(sliceEndMs), out);
        } else if (early != null) {
            early.changed(key);
        }
    }

    @Override
    public boolean advance(long toMs, Output out) {
        watermarkMs = Math.max(watermarkMs, toMs);
        long throughMs = Math.min(toMs, HORIZON_MS);
        if (throughMs < times.nextDueMs()) {
            return true;
        }
        if (!fire(times.completeMs(throughMs), out)) {
            return false;
        }
        times.moveTo(WindowProgress.through(throughMs));
        times.progress().save(store);
        expire();
        return true;
    }

    @Override
    public boolean tick(Output out) {
        return early == null || early.tick(out);
    }

    @Override
    public long nextTickMs() {
        return early == null ? Long.MAX_VALUE : early.nextTickMs();
    }

    /** A row that comes after a window of it has fired. */
    private void processBehind(Row row, long sliceEndMs, long rows, Output out) {
        long lastEndMs = windows.lastWindowEnd(sliceEndMs);
        if (lastEndMs < times.firstAcceptingEndMs()) {
            late.add(rows, row.timeMs(), watermarkMs);
            return;
        }
        byte[] key = slices.keys().group(sliceEndMs, row.values());
        @Nullable Object[] group = keepsFiredSlices ? slices.add(key, row.values(), input) : null;
        boolean isOpen = lastEndMs >= times.firstOpenEndMs();
        if (isOpen && windows.isCumulating()) {
            slices.add(StoreKeys.inSlice(StoreKeys.ROLLED, key, lastEndMs), row.values(), input);
        }
        long fromMs = Math.max(sliceEndMs, times.firstAcceptingEndMs());
        (fromMs < times.firstOpenEndMs() ? corrected : onTime).add(rows);
        long toMs = emitsUpdates ? lastEndMs : Math.min(lastEndMs, times.firstOpenEndMs() - windows.everyMs());
        if (fromMs <= toMs) {
            emit(key, group, fromMs, toMs, out);
        }
        if (isOpen && early != null) {
            early.changed(key);
        }
    }

    /**
     * Emits windows that a row has changed, though they are open or have fired before.
     *
     * @param slice the changed slice of {@code key}; null if there is none
     */
    private void emit(byte[] key, @Nullable Object @Nullable [] slice, long fromEndMs, long toEndMs, Output out) {
        if (slice != null && windows.isTumbling()) {
            emitChange(fromEndMs, key, slice, out);
            return;
        }
        groups.visit(key, fromEndMs, toEndMs, (endMs, group) -> {
            emitChange(endMs, key, group, out);
            return true;
        });
    }

    private void emitChange(long windowEndMs, byte[] key, @Nullable Object[] group, Output out) {
        Finality finality = windowEndMs < times.firstOpenEndMs() ? Finality.CORRECTED : Finality.EARLY;
        out.emit(results.row(RowKind.UPDATE_AFTER, finality, windowEndMs, key, group));
    }

    private boolean fire(long throughEndMs, Output out) {
        RowKind kind = spec.emit() instanceof Emit.Final ? RowKind.INSERT : RowKind.UPDATE_AFTER;
        try (WindowWalk due = windows.isCumulating()
                ? new DueCumulated(slices, windows, times, throughEndMs)
                : new DueWindows(slices, windows, times, throughEndMs)) {
            byte[] lastKey = null;
            long lastEndMs = 0;
            while (due.next()) {
                if (out.isFull()) {
                    if (lastKey != null) {
                        times.stopAfter(lastEndMs, lastKey);
                        times.progress().save(store);
                    }
                    return false;
                }
                lastEndMs = due.windowEndMs();
                lastKey = due.groupKey();
                out.emit(results.row(kind, Finality.FINAL, lastEndMs, lastKey, due.take()));
            }
            return true;
        }
    }

    /** Lets go of what no window needs any more. */
    private void expire() {
        long sliceMs = keepsFiredSlices ? windows.firstSliceEnd(times.firstAcceptingEndMs()) : times.firstOpenEndMs();
        store.expireBefore(StoreKeys.GROUP, sliceMs);
        if (slices.hasDistinct()) {
            store.expireBefore(StoreKeys.DISTINCT, sliceMs);
        }
        if (windows.isCumulating()) {
            long longestMs = windows.lastWindowEnd(times.firstOpenEndMs());
            store.expireBefore(StoreKeys.ROLLED, longestMs);
            if (slices.hasDistinct()) {
                store.expireBefore(StoreKeys.ROLLED_DISTINCT, longestMs);
            }
        }
    }
}
