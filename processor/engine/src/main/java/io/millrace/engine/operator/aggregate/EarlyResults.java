package io.millrace.engine.operator.aggregate;

import io.millrace.engine.operator.OperatorContext;
import io.millrace.engine.operator.Output;
import io.millrace.serde.Finality;
import io.millrace.serde.RowKind;
import io.millrace.state.Cursor;
import io.millrace.state.OrderedBytes;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The results that windows give while they are open, every so often by the wall clock.
 *
 * <p>Which groups have changed since the last time is only known on the heap, by group and slice, and for a bounded number of them. When that
 * is not enough, and after the operator was made, because what was known before is lost, any group may have changed: then the slices of
 * open windows are read through, a bounded number at a time. Early results so may come more often than need be, but none is missed.
 */
final class EarlyResults {
    /** How many changed groups are remembered, and how many are read at a time when all are. */
    static final int MAX_CHANGED = 100_000;

    private final long everyMs;
    private final OperatorContext context;
    private final SliceStore slices;
    private final SlicedWindows windows;
    private final WindowTimes times;
    private final WindowGroups groups;
    private final WindowResults results;

    /** Keys of groups in slices: by group, then by slice, so that windows of several changed slices are easily found to be the same. */
    private final TreeSet<byte[]> changed = new TreeSet<>(this::compare);

    /** From where on any group may have changed; null if only {@link #changed} ones have. */
    private byte @Nullable [] unknownFrom;

    private long nextMs = Long.MIN_VALUE;

    /** The group whose results were emitted last, and up to which window, while {@link #tick} is under way. */
    private byte @Nullable [] lastKey;

    private long lastEndMs;

    EarlyResults(
            Emit.Early emit,
            OperatorContext context,
            SliceStore slices,
            SlicedWindows windows,
            WindowTimes times,
            WindowGroups groups,
            WindowResults results) {
        this.everyMs = emit.everyMs();
        this.context = context;
        this.slices = slices;
        this.windows = windows;
        this.times = times;
        this.groups = groups;
        this.results = results;
        this.unknownFrom = startOfAll();
    }

    /** Notes that a group has changed. */
    void changed(byte[] groupKey) {
        if (unknownFrom != null) {
            return;
        }
        changed.add(groupKey);
        if (changed.size() > MAX_CHANGED) {
            changed.clear();
            unknownFrom = startOfAll();
            nextMs = Long.MIN_VALUE;
        }
    }

    long nextTickMs() {
        return changed.isEmpty() && unknownFrom == null ? Long.MAX_VALUE : nextMs;
    }

    /** Emits what has changed, if it is time to; false if it stopped at a full output. */
    boolean tick(Output out) {
        long nowMs = context.nowMs();
        if (nowMs < nextTickMs()) {
            return true;
        }
        do {
            while (!changed.isEmpty()) {
                if (!emit(changed.first(), out)) {
                    return false;
                }
                changed.pollFirst();
            }
            lastKey = null;
        } while (readUnknown());
        nextMs = nowMs + everyMs;
        return true;
    }

    /** Emits the open windows of a group and slice, except for those that were emitted with the slice before. */
    private boolean emit(byte[] key, Output out) {
        long sliceEndMs = StoreKeys.sliceEnd(key);
        long fromMs = Math.max(sliceEndMs, times.firstOpenEndMs());
        if (lastKey != null && slices.keys().compareGroups(lastKey, key) == 0) {
            fromMs = Math.max(fromMs, lastEndMs + windows.everyMs());
        }
        long toMs = windows.lastWindowEnd(sliceEndMs);
        return fromMs > toMs
                || groups.visit(key, fromMs, toMs, (endMs, group) -> {
                    if (out.isFull()) {
                        return false;
                    }
                    out.emit(results.row(RowKind.UPDATE_AFTER, Finality.EARLY, endMs, key, group));
                    lastKey = key;
                    lastEndMs = endMs;
                    return true;
                });
    }

    /** Takes some more of the groups that may have changed as changed; false if there is none. */
    private boolean readUnknown() {
        while (changed.isEmpty() && unknownFrom != null) {
            boolean isRolled = unknownFrom[0] == StoreKeys.ROLLED;
            byte[] last = isRolled ? readRolled(unknownFrom) : readSlices(unknownFrom);
            unknownFrom = last != null ? StoreKeys.behind(last) : isRolled ? start(StoreKeys.GROUP) : null;
        }
        return !changed.isEmpty();
    }

    /** What is rolled up counts in all windows that are still open. Returns the last key read, or null if the end was reached. */
    private byte @Nullable [] readRolled(byte[] from) {
        try (Cursor entries = slices.store().scan(from, new byte[] {StoreKeys.ROLLED + 1})) {
            while (entries.next()) {
                changed.add(StoreKeys.inSlice(StoreKeys.GROUP, entries.key(), times.firstOpenEndMs()));
                if (changed.size() == MAX_CHANGED) {
                    return entries.key();
                }
            }
            return null;
        }
    }

    /** Returns the last key read, or null if the end was reached. */
    private byte @Nullable [] readSlices(byte[] from) {
        long firstEndMs = times.firstOpenEndMs();
        byte[] first = StoreKeys.slice(
                StoreKeys.GROUP, windows.isCumulating() ? firstEndMs : windows.firstSliceEnd(firstEndMs));
        byte[] start = OrderedBytes.compare(from, first) < 0 ? first : from;
        try (Cursor entries = slices.store().scan(start, new byte[] {StoreKeys.GROUP + 1})) {
            while (entries.next()) {
                byte[] key = entries.key();
                if (!isRolled(key)) {
                    changed.add(key);
                }
                if (changed.size() == MAX_CHANGED) {
                    return key;
                }
            }
            return null;
        }
    }

    /** Whether the group was found by its rolled-up entry. */
    private boolean isRolled(byte[] key) {
        if (!windows.isCumulating()) {
            return false;
        }
        long longestEndMs = windows.lastWindowEnd(StoreKeys.sliceEnd(key));
        return slices.store().get(StoreKeys.inSlice(StoreKeys.ROLLED, key, longestEndMs)) != null;
    }

    private byte[] startOfAll() {
        return start(windows.isCumulating() ? StoreKeys.ROLLED : StoreKeys.GROUP);
    }

    private static byte[] start(byte kind) {
        return StoreKeys.slice(kind, Long.MIN_VALUE);
    }

    private int compare(byte[] left, byte[] right) {
        int byGroup = slices.keys().compareGroups(left, right);
        return byGroup != 0 ? byGroup : Long.compare(StoreKeys.sliceEnd(left), StoreKeys.sliceEnd(right));
    }
}
