package io.millrace.engine.operator.aggregate;

import io.millrace.state.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Walks hopping windows.
 *
 * <p>A window of k slices is read by k cursors ("lanes"), all of which walk all slices in the order of time: in the window that
 * ends at E, lane j is in the slice that ends at {@code E - j * slide}. From one window to the next every lane so just walks on
 * into its next slice, and a burst of any number of windows reads each entry k times, opens k cursors, and never seeks; stretches of
 * time without data cost nothing. Within a window, the lanes are merged by key. A tumbling window is the case of one lane, which is a
 * plain scan.
 */
final class DueWindows implements WindowWalk {
    private final SlicedWindows windows;
    private final SliceStore slices;
    private final boolean hasUnions;
    private final List<Lane> lanes = new ArrayList<>();
    private final PriorityQueue<Lane> queue;

    /** The lanes that have the current group, from the oldest slice to the newest. */
    private final List<Lane> current = new ArrayList<>();

    /** @param throughEndMs the end of the last windows that are due, or later */
    DueWindows(SliceStore slices, SlicedWindows windows, WindowTimes times, long throughEndMs) {
        this.windows = windows;
        this.slices = slices;
        this.hasUnions = slices.hasDistinct() && !windows.isTumbling();
        this.queue = new PriorityQueue<>(windows.slices(), this::compare);
        long firstEndMs = times.progress().nextWindowEnd(times.firstOpenEndMs());
        try {
            for (int back = windows.slices() - 1; back >= 0; back--) {
                open(times.progress(), firstEndMs, throughEndMs, back);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public boolean next() {
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

    @Override
    public long windowEndMs() {
        return current.get(0).windowEndMs;
    }

    @Override
    public byte[] groupKey() {
        return current.get(0).key;
    }

    @Override
    public @Nullable Object[] take() {
        Lane oldest = current.get(0);
        @Nullable Object[] group = slices.decode(oldest.cursor.value());
        if (current.size() == 1) {
            return group;
        }
        for (int i = 1; i < current.size(); i++) {
            slices.accumulators()
                    .mergePlain(group, slices.decode(current.get(i).cursor.value()));
        }
        if (hasUnions) {
            List<DistinctValues.Walk> walks = new ArrayList<>(current.size());
            for (Lane lane : current) {
                walks.add(lane.distinctOfGroup());
            }
            slices.distinct().addUnion(walks, oldest.key.length, slices.accumulators(), group);
        }
        return group;
    }

    @Override
    public void close() {
        lanes.forEach(Lane::close);
    }

    private void open(WindowProgress progress, long firstEndMs, long throughEndMs, int back) {
        long behindMs = back * windows.everyMs();
        long endBeforeMs = throughEndMs + 1 - behindMs;
        byte[] from = progress.nextGroup(StoreKeys.GROUP, firstEndMs - behindMs);
        Lane lane = new Lane(back, slices.store().scan(from, StoreKeys.slice(StoreKeys.GROUP, endBeforeMs)));
        lanes.add(lane);
        if (hasUnions) {
            lane.distinct = new DistinctValues.Walk(
                    slices.store().scan(StoreKeys.distinctOf(from), StoreKeys.slice(StoreKeys.DISTINCT, endBeforeMs)));
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
        return slices.keys().compareGroups(left.key, right.key);
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
