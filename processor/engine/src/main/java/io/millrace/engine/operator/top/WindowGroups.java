package io.millrace.engine.operator.top;

import io.millrace.state.Cursor;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Walks the groups of one window in the order of their keys, each with its best rows. The slices of the window that have rows are read
 * side by side, a cursor ("lane") each, and what they have of a group is merged.
 */
final class WindowGroups implements AutoCloseable {
    private static final Comparator<Ranked> BY_RANK = Comparator.comparing(
                    (Ranked ranked) -> ranked.place, OrderedBytes::compare)
            .reversed();

    private final int limit;
    private final PriorityQueue<Lane> lanes =
            new PriorityQueue<>((left, right) -> OrderedBytes.compare(left.group, right.group));

    private byte[] group = {};
    private List<Ranked> rows = new ArrayList<>();

    /**
     * @param firstSliceMs the least end that a slice of the window can have
     * @param lastSliceMs the greatest
     * @param fromGroup the first group; null for all
     */
    WindowGroups(KeyValueStore store, int limit, long firstSliceMs, long lastSliceMs, byte @Nullable [] fromGroup) {
        this.limit = limit;
        try {
            long fromMs = firstSliceMs;
            while (fromMs <= lastSliceMs) {
                fromMs = open(store, fromMs, lastSliceMs, fromGroup);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Opens the next slice that has rows. @return where to look for the one after it */
    private long open(KeyValueStore store, long fromMs, long lastSliceMs, byte @Nullable [] fromGroup) {
        Cursor first = store.scan(Expiry.end(WindowRows.KIND, fromMs), Expiry.end(WindowRows.KIND, lastSliceMs + 1));
        if (!first.next()) {
            first.close();
            return lastSliceMs + 1;
        }
        byte[] key = first.key();
        long sliceMs = WindowRows.sliceEnd(key);
        if (fromGroup == null) {
            lanes.add(new Lane(first, sliceMs, key));
        } else {
            first.close();
            Cursor rest = store.scan(
                    OrderedBytes.concat(Expiry.end(WindowRows.KIND, sliceMs), fromGroup),
                    Expiry.end(WindowRows.KIND, sliceMs + 1));
            if (rest.next()) {
                lanes.add(new Lane(rest, sliceMs, rest.key()));
            } else {
                rest.close();
            }
        }
        return sliceMs + 1;
    }

    /** Moves to the next group; false at the end. */
    boolean next() {
        Lane lane = lanes.peek();
        if (lane == null) {
            return false;
        }
        group = lane.group;
        rows = new ArrayList<>();
        while (lane != null && Arrays.equals(lane.group, group)) {
            lanes.remove();
            if (lane.readGroup(rows)) {
                lanes.add(lane);
            } else {
                lane.cursor.close();
            }
            cut();
            lane = lanes.peek();
        }
        return true;
    }

    /** After each slice, so that no more than twice as many rows are held as are wanted. The sort merges what is in order already. */
    private void cut() {
        rows.sort(BY_RANK);
        if (rows.size() > limit) {
            rows.subList(limit, rows.size()).clear();
        }
    }

    byte[] group() {
        return group;
    }

    /** How many rows of the group count. */
    int count() {
        return rows.size();
    }

    /** The row of a rank, from 1, as it was stored. */
    byte[] row(int rank) {
        return rows.get(rank - 1).value;
    }

    @Override
    public void close() {
        lanes.forEach(lane -> lane.cursor.close());
    }

    /** A row and where it ranks: the greatest place is the best. */
    private static final class Ranked {
        private final byte[] place;
        private final byte[] value;

        Ranked(byte[] place, byte[] value) {
            this.place = place;
            this.value = value;
        }
    }

    /** One slice. */
    private static final class Lane {
        private final Cursor cursor;
        private final long sliceMs;
        private byte[] head;
        private byte[] group;

        Lane(Cursor cursor, long sliceMs, byte[] head) {
            this.cursor = cursor;
            this.sliceMs = sliceMs;
            this.head = head;
            this.group = WindowRows.group(head);
        }

        /** Adds the rows of the group and moves to the next one; false at the end. */
        boolean readGroup(List<Ranked> into) {
            while (cursor.next()) {
                byte[] key = cursor.key();
                if (!WindowRows.isRowOf(head, key)) {
                    head = key;
                    group = WindowRows.group(head);
                    return WindowRows.sliceEnd(head) == sliceMs;
                }
                into.add(new Ranked(Arrays.copyOfRange(key, head.length, key.length), cursor.value()));
            }
            return false;
        }
    }
}
