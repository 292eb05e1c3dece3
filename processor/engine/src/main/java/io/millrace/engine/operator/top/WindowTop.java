package io.millrace.engine.operator.top;

import io.millrace.engine.operator.LateRows;
import io.millrace.engine.operator.Operator;
import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.engine.operator.Tally;
import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Ranks the rows of each window when it ends. */
final class WindowTop implements Operator {
    private final TopSpec spec;
    private final TopWindows windows;
    private final OperatorContext context;
    private final KeyValueStore store;
    private final Sequence sequence;
    private final WindowRows rows;
    private final LateRows late;
    private final Tally onTime;

    private TopProgress progress;

    /** The least event time at which a window fires. */
    private long nextDueMs;

    WindowTop(TopSpec spec, TopWindows windows, OperatorContext context) {
        this.spec = spec;
        this.windows = windows;
        this.context = context;
        this.store = context.store(spec.name());
        this.sequence = new Sequence(store);
        this.rows = new WindowRows(spec, store, sequence);
        this.late = new LateRows(context, spec.name(), null);
        this.onTime = context.tally(Tally.Kind.ON_TIME, spec.name());
        this.progress = TopProgress.load(store);
        this.nextDueMs = progress.nextWindowEndMs(windows) - 1;
    }

    @Override
    public void process(int port, Row row, Output out) {
        spec.checkInsert(row);
        long timeMs = row.timeMs();
        if (!windows.covers(timeMs)) {
            context.failed(spec.name(), timeOutOfRange(spec.name()));
            return;
        }
        long sliceEndMs = windows.sliceEnd(timeMs);
        if (windows.isPast(sliceEndMs, progress.firedThroughMs())) {
            late.add(1, timeMs, progress.firedThroughMs());
            return;
        }
        onTime.add(1);
        rows.add(sliceEndMs, row.values());
    }

    static RuntimeException timeOutOfRange(String step) {
        return new IllegalArgumentException("the event time is too far away from 1970 for the windows of " + step
                + ". Check the unit of the column that event time is taken from");
    }

    /** Only the number of arrivals is not in the store yet. */
    @Override
    public void flush(Output out) {
        sequence.save();
    }

    @Override
    public boolean advance(long watermarkMs, Output out) {
        long throughMs = Math.min(watermarkMs, TopWindows.HORIZON_MS);
        if (throughMs < nextDueMs) {
            return true;
        }
        TopProgress before = progress;
        boolean done = fire(throughMs, out);
        boolean hasFired = progress != before;
        if (!done) {
            if (hasFired) {
                progress.save(store);
                nextDueMs = progress.nextWindowEndMs(windows) - 1;
            }
            return false;
        }
        progress = TopProgress.through(throughMs);
        progress.save(store);
        nextDueMs = progress.nextWindowEndMs(windows) - 1;
        if (hasFired) {
            // A slice with rows expires just when its last window fires, which is not empty then.
            store.expireBefore(WindowRows.KIND, windows.firstSlice(windows.endAfter(throughMs)));
        }
        return true;
    }

    /** Fires what is due, from window with rows to window with rows. */
    private boolean fire(long throughMs, Output out) {
        long endMs = progress.nextWindowEndMs(windows);
        while (endMs - 1 <= throughMs) {
            long firstMs = firstSliceWithRows(windows.firstSlice(endMs), throughMs + 1);
            // The windows before that slice's own are empty: they hold none but earlier ones.
            endMs = Math.max(endMs, firstMs);
            if (endMs - 1 > throughMs) {
                return true;
            }
            if (!fireWindow(endMs, out)) {
                return false;
            }
            progress = TopProgress.through(endMs - 1);
            endMs = windows.endAfter(endMs - 1);
        }
        return true;
    }

    /** The end of the first slice with rows between two ends, or {@link Long#MAX_VALUE}. */
    private long firstSliceWithRows(long fromMs, long toMs) {
        try (Cursor entries = store.scan(Expiry.end(WindowRows.KIND, fromMs), Expiry.end(WindowRows.KIND, toMs + 1))) {
            return entries.next() ? WindowRows.sliceEnd(entries.key()) : Long.MAX_VALUE;
        }
    }

    private boolean fireWindow(long endMs, Output out) {
        int skipped = progress.rank();
        try (WindowGroups groups =
                new WindowGroups(store, spec.limit(), windows.firstSlice(endMs), endMs, progress.group())) {
            while (groups.next()) {
                for (int rank = skipped + 1; rank <= groups.count(); rank++) {
                    if (out.isFull()) {
                        return false;
                    }
                    emit(endMs, rank, groups.row(rank), out);
                    progress = TopProgress.stoppedAfter(endMs, groups.group(), rank);
                }
                skipped = 0;
            }
        }
        return true;
    }

    private void emit(long windowEndMs, int rank, byte[] stored, Output out) {
        @Nullable Object[] row = rows.decode(stored);
        int size = row.length;
        @Nullable Object[] result = new Object[size + (spec.windowColumns() ? 3 : 1)];
        System.arraycopy(row, 0, result, 0, size);
        if (spec.windowColumns()) {
            result[size] = windows.start(windowEndMs);
            result[size + 1] = windowEndMs;
        }
        result[result.length - 1] = (long) rank;
        out.emit(new Row(RowKind.INSERT, windowEndMs - 1, Finality.FINAL, result));
    }
}
