package io.millrace.engine.operator.aggregate;

import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Walks cumulating windows. Next to its slices, each group has a rolled-up entry with all slices so far of the longest window at hand, so
 * that a window costs the same whether it is the first or the thousandth from its start: the rolled-up entries are merged, by key, with the
 * window's last slice, and a group that is in the slice is written back. A group that is not in the slice gives the result that it gave
 * before, as every window is to have one from the group's first row on.
 *
 * <p>Nothing is written for a group before {@link #take}, so a walk that stops between two groups has rolled up exactly those that were
 * emitted. Stretches of time without any group are skipped by looking up the next slice.
 */
final class DueCumulated implements WindowWalk {
    private final SliceStore slices;
    private final SlicedWindows windows;
    private final WindowProgress progress;
    private final long throughEndMs;

    private long windowEndMs;
    private @Nullable Side rolled;
    private @Nullable Side slice;
    private DistinctValues.@Nullable Walk distinct;
    private byte[] groupKey = {};
    private boolean fromRolled;
    private boolean fromSlice;

    /** Whether the longest window at hand is known to have groups. */
    private boolean hasGroups;

    /** @param throughEndMs the end of the last windows that are due, or later */
    DueCumulated(SliceStore slices, SlicedWindows windows, WindowTimes times, long throughEndMs) {
        this.slices = slices;
        this.windows = windows;
        this.progress = times.progress();
        this.throughEndMs = throughEndMs;
        try {
            long firstEndMs = progress.nextWindowEnd(times.firstOpenEndMs());
            if (progress.isInterrupted() && firstEndMs <= throughEndMs) {
                open(firstEndMs, true);
            } else {
                openNext(firstEndMs);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public boolean next() {
        while (rolled != null && slice != null) {
            if (fromRolled) {
                rolled.next();
            }
            if (fromSlice) {
                slice.next();
            }
            if (find(rolled, slice)) {
                hasGroups = true;
                return true;
            }
            close();
            openNext(windowEndMs + windows.everyMs());
        }
        return false;
    }

    @Override
    public long windowEndMs() {
        return windowEndMs;
    }

    @Override
    public byte[] groupKey() {
        return groupKey;
    }

    @Override
    public @Nullable Object[] take() {
        if (rolled == null || slice == null) {
            throw new IllegalStateException("there is no further group");
        }
        @Nullable
        Object[] group = fromRolled
                ? slices.decode(rolled.value())
                : slices.accumulators().newGroup();
        if (!fromSlice) {
            return group;
        }
        slices.accumulators().mergePlain(group, slices.decode(slice.value()));
        byte[] rolledKey = StoreKeys.inSlice(StoreKeys.ROLLED, groupKey, windows.lastWindowEnd(windowEndMs));
        if (distinct != null) {
            distinct.moveTo(groupKey);
            slices.distinct().addNew(distinct, groupKey.length, slices.accumulators(), group, rolledKey);
        }
        slices.put(rolledKey, group);
        return group;
    }

    @Override
    public void close() {
        if (rolled != null) {
            rolled.cursor.close();
            rolled = null;
        }
        if (slice != null) {
            slice.cursor.close();
            slice = null;
        }
        if (distinct != null) {
            distinct.close();
            distinct = null;
        }
    }

    /** Goes to the first of both sides' groups. */
    private boolean find(Side left, Side right) {
        byte[] rolledKey = left.key;
        byte[] sliceKey = right.key;
        int order =
                rolledKey == null ? 1 : sliceKey == null ? -1 : slices.keys().compareGroups(rolledKey, sliceKey);
        fromRolled = rolledKey != null && order <= 0;
        fromSlice = sliceKey != null && order >= 0;
        if (fromSlice && sliceKey != null) {
            groupKey = sliceKey;
        } else if (rolledKey != null) {
            groupKey = StoreKeys.inSlice(StoreKeys.GROUP, rolledKey, windowEndMs);
        }
        return fromRolled || fromSlice;
    }

    /** Opens the first window with groups that does not end before {@code endMs}, if it is due. */
    private void openNext(long endMs) {
        if (endMs > throughEndMs) {
            return;
        }
        boolean isFirst = endMs == windows.firstSliceEnd(endMs);
        if (!isFirst && (hasGroups || hasRolled(windows.lastWindowEnd(endMs)))) {
            open(endMs, false);
            return;
        }
        hasGroups = false;
        byte[] to = StoreKeys.slice(StoreKeys.GROUP, throughEndMs + 1);
        try (Cursor next = slices.store().scan(StoreKeys.slice(StoreKeys.GROUP, endMs), to)) {
            if (!next.next()) {
                return;
            }
            open(StoreKeys.sliceEnd(next.key()), false);
        }
    }

    private boolean hasRolled(long longestEndMs) {
        byte[] from = StoreKeys.slice(StoreKeys.ROLLED, longestEndMs);
        try (Cursor groups = slices.store().scan(from, StoreKeys.slice(StoreKeys.ROLLED, longestEndMs + 1))) {
            return groups.next();
        }
    }

    private void open(long endMs, boolean interrupted) {
        windowEndMs = endMs;
        fromRolled = false;
        fromSlice = false;
        KeyValueStore store = slices.store();
        rolled = new Side(scan(store, StoreKeys.ROLLED, windows.lastWindowEnd(endMs), interrupted));
        slice = new Side(scan(store, StoreKeys.GROUP, endMs, interrupted));
        if (slices.hasDistinct()) {
            distinct = new DistinctValues.Walk(scan(store, StoreKeys.DISTINCT, endMs, interrupted));
        }
        rolled.next();
        slice.next();
    }

    private Cursor scan(KeyValueStore store, byte kind, long timeMs, boolean interrupted) {
        byte[] from = interrupted ? progress.nextGroup(kind, timeMs) : StoreKeys.slice(kind, timeMs);
        return store.scan(from, StoreKeys.slice(kind, timeMs + 1));
    }

    /** One of the two cursors, on the first entry not done with. */
    private static final class Side {
        private final Cursor cursor;
        private byte @Nullable [] key;

        Side(Cursor cursor) {
            this.cursor = cursor;
        }

        void next() {
            key = cursor.next() ? cursor.key() : null;
        }

        byte[] value() {
            return cursor.value();
        }
    }
}
