package io.millrace.engine.operator.aggregate;

import io.millrace.serde.RowCodec;
import io.millrace.state.Cursor;
import io.millrace.state.KeyValueStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Walks the windows that are due, in the order of their ends, and in each its groups, in the order of their keys.
 *
 * <p>A window of k slices is read by k cursors ("lanes"), all of which walk all slices in the order of time: in the window that
 * ends at E, lane j is in the slice that ends at {@code E - j * slide}. From one window to the next every lane so just walks on
 * into its next slice, and a burst of any number of windows reads each entry k times, opens k cursors, and never seeks; stretches of
 * time without data cost nothing. Within a window, the lanes are merged by key. A tumbling window is the case of one lane, which is a
 * plain scan.
 */
final class DueWindows implements AutoCloseable {
    private final SlicedWindows windows;
    private final Accumulators accumulators;
    private final RowCodec codec;
    private final StoreKeys keys;
    private final @Nullable DistinctValues unions;
    private final List<Lane> lanes = new ArrayList<>();
    private final PriorityQueue<Lane> queue;

    /** The lanes that have the current group, from the oldest slice to the newest. */
    private final List<Lane> current = new ArrayList<>();

    /**
     * @param progress where firing stopped
     * @param throughMs the event time up to which windows are due
     * @param distinct null if no call is DISTINCT
     */
    DueWindows(
            KeyValueStore store,
            StoreKeys keys,
            SlicedWindows windows,
            Accumulators accumulators,
            RowCodec codec,
            @Nullable DistinctValues distinct,
            WindowProgress progress,
            long throughMs) {
        this.windows = windows;
        this.keys = keys;
        this.accumulators = accumulators;
        this.codec = codec;
        this.unions = windows.isTumbling() ? null : distinct;
        this.queue = new PriorityQueue<>(windows.slices(), this::compare);
        try {
            for (int back = windows.slices() - 1; back >= 0; back--) {
                open(store, progress, throughMs, back);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Moves to the next group of a due window; false at the end. */
    boolean next() {
        for (Lane lane : current) {
            if (lane.next()) {
                queue.add(lane);
            }
        }
        current.clear();
        Lane first = queue.poll();
        if (first == null) {
            return false;
        }
        current.add(first);
        for (Lane lane = queue.peek(); lane != null && sameGroup(lane, first); lane = queue.peek()) {
            current.add(lane);
            queue.remove();
        }
        return true;
    }

    long windowEndMs() {
        return current.get(0).windowEndMs;
    }

    /** The key of the current group, in one of its slices. */
    byte[] groupKey() {
        return current.get(0).key;
    }

    /** The accumulators of the current group in the whole window. */
    @Nullable
    Object[] group() {
        Lane oldest = current.get(0);
        @Nullable Object[] group = codec.decode(oldest.cursor.value(), 0);
        if (current.size() == 1) {
            return group;
        }
        for (int i = 1; i < current.size(); i++) {
            accumulators.mergePlain(group, codec.decode(current.get(i).cursor.value(), 0));
        }
        if (unions != null) {
            List<DistinctValues.Walk> slices = new ArrayList<>(current.size());
            for (Lane lane : current) {
                slices.add(lane.distinctOfGroup());
            }
            unions.addUnion(slices, oldest.key.length, accumulators, group);
        }
        return group;
    }

    /** The entry of the current group that no later window needs; null if there is none. */
    byte @Nullable [] lastUse() {
        Lane oldest = current.get(0);
        return oldest.back == windows.slices() - 1 ? oldest.key : null;
    }

    @Override
    public void close() {
        lanes.forEach(Lane::close);
    }

    private void open(KeyValueStore store, WindowProgress progress, long throughMs, int back) {
        long behindMs = back * windows.everyMs();
        // A window that ends at E is due if E - 1 <= throughMs.
        long endBeforeMs = throughMs + 2 - behindMs;
        byte[] to = StoreKeys.slice(StoreKeys.GROUP, endBeforeMs);
        Cursor groups = store.scan(progress.nextGroup(windows, behindMs), to);
        Lane lane = new Lane(back, groups);
        lanes.add(lane);
        if (unions != null) {
            byte[] from = progress.nextGroup(windows, behindMs);
            lane.distinct = new DistinctValues.Walk(
                    store.scan(StoreKeys.distinctOf(from), StoreKeys.slice(StoreKeys.DISTINCT, endBeforeMs)));
        }
        if (lane.next()) {
            queue.add(lane);
        }
    }

    private boolean sameGroup(Lane left, Lane right) {
        return left.windowEndMs == right.windowEndMs && compareKeys(left, right) == 0;
    }

    /** By window, key and age. */
    private int compare(Lane left, Lane right) {
        int byWindow = Long.compare(left.windowEndMs, right.windowEndMs);
        if (byWindow != 0) {
            return byWindow;
        }
        int byKey = compareKeys(left, right);
        return byKey != 0 ? byKey : Integer.compare(right.back, left.back);
    }

    private int compareKeys(Lane left, Lane right) {
        int at = keys.keyAt();
        return Arrays.compareUnsigned(left.key, at, left.key.length, right.key, at, right.key.length);
    }

    /** One of the cursors. */
    private final class Lane {
        private final int back;
        private final Cursor cursor;
        private DistinctValues.@Nullable Walk distinct;
        private byte[] key = {};
        private long windowEndMs;

        Lane(int back, Cursor cursor) {
            this.back = back;
            this.cursor = cursor;
        }

        boolean next() {
            if (!cursor.next()) {
                return false;
            }
            key = cursor.key();
            windowEndMs = StoreKeys.sliceEnd(key) + back * windows.everyMs();
            return true;
        }

        DistinctValues.Walk distinctOfGroup() {
            if (distinct == null) {
                throw new IllegalStateException("no call is DISTINCT");
            }
            distinct.moveTo(key);
            return distinct;
        }

        void close() {
            cursor.close();
            if (distinct != null) {
                distinct.close();
            }
        }
    }
}
