package io.millrace.engine.operator.aggregate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One group in some windows, put together from what the store holds of it: for results other than those of windows that fire. */
final class WindowGroups {
    private final SliceStore slices;
    private final SlicedWindows windows;
    private final WindowTimes times;
    private final boolean keepsFiredSlices;

    /** @param keepsFiredSlices whether the slices of cumulating windows are kept although they have been rolled up */
    WindowGroups(SliceStore slices, SlicedWindows windows, WindowTimes times, boolean keepsFiredSlices) {
        this.slices = slices;
        this.windows = windows;
        this.times = times;
        this.keepsFiredSlices = keepsFiredSlices;
    }

    /**
     * Shows a group in each window from one end to another, both included; windows that have fired must still accept rows, and all must
     * be of one slice.
     *
     * @param anyKey the group's key in any slice
     * @return false if the visitor stopped it
     */
    boolean visit(byte[] anyKey, long fromEndMs, long toEndMs, Visitor visitor) {
        if (windows.isCumulating()) {
            return visitCumulated(anyKey, fromEndMs, toEndMs, visitor);
        }
        for (long endMs = fromEndMs; endMs <= toEndMs; endMs += windows.everyMs()) {
            if (!visitor.visit(endMs, hopping(anyKey, endMs))) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Object[] hopping(byte[] anyKey, long windowEndMs) {
        @Nullable Object[] group = slices.accumulators().newGroup();
        List<DistinctValues.Walk> walks = new ArrayList<>();
        try {
            for (long endMs = windows.firstSliceEnd(windowEndMs); endMs <= windowEndMs; endMs += windows.everyMs()) {
                byte[] key = StoreKeys.inSlice(StoreKeys.GROUP, anyKey, endMs);
                @Nullable Object[] slice = slices.get(key);
                if (slice != null) {
                    slices.accumulators().mergePlain(group, slice);
                    if (slices.hasDistinct()) {
                        walks.add(walk(key));
                    }
                }
            }
            if (slices.hasDistinct()) {
                slices.distinct().addUnion(walks, anyKey.length, slices.accumulators(), group);
            }
            return group;
        } finally {
            walks.forEach(DistinctValues.Walk::close);
        }
    }

    /** Adds up slice after slice, so that all windows together cost as much as the last one. */
    private boolean visitCumulated(byte[] anyKey, long fromEndMs, long toEndMs, Visitor visitor) {
        List<Part> parts = parts(anyKey, fromEndMs, toEndMs);
        if (slices.hasDistinct()) {
            separateDistinct(parts, anyKey.length);
        }
        @Nullable Object[] group = slices.accumulators().newGroup();
        int next = 0;
        for (long endMs = fromEndMs; endMs <= toEndMs; endMs += windows.everyMs()) {
            for (; next < parts.size() && parts.get(next).endMs <= endMs; next++) {
                slices.accumulators().mergePlain(group, parts.get(next).group);
                slices.accumulators().mergeDistinct(group, parts.get(next).group);
            }
            if (!visitor.visit(endMs, group)) {
                return false;
            }
        }
        return true;
    }

    /** What the windows up to {@code toEndMs} are made of, from the oldest to the newest. */
    private List<Part> parts(byte[] anyKey, long fromEndMs, long toEndMs) {
        List<Part> parts = new ArrayList<>();
        long endMs = windows.firstSliceEnd(fromEndMs);
        if (!keepsFiredSlices && endMs < times.firstOpenEndMs()) {
            byte[] key = StoreKeys.inSlice(StoreKeys.ROLLED, anyKey, windows.lastWindowEnd(fromEndMs));
            add(parts, key, endMs);
            endMs = times.firstOpenEndMs();
        }
        for (; endMs <= toEndMs; endMs += windows.everyMs()) {
            add(parts, StoreKeys.inSlice(StoreKeys.GROUP, anyKey, endMs), endMs);
        }
        return parts;
    }

    private void add(List<Part> parts, byte[] key, long endMs) {
        @Nullable Object[] group = slices.get(key);
        if (group != null) {
            parts.add(new Part(key, endMs, group));
        }
    }

    /** Makes the DISTINCT calls of each part count only what no part before has seen, so that they can be added up. */
    private void separateDistinct(List<Part> parts, int prefixBytes) {
        List<DistinctValues.Walk> walks = new ArrayList<>();
        List<@Nullable Object[]> groups = new ArrayList<>();
        try {
            for (Part part : parts) {
                walks.add(walk(part.key));
                slices.accumulators().restartDistinct(part.group);
                groups.add(part.group);
            }
            slices.distinct().addFirst(walks, prefixBytes, slices.accumulators(), groups);
        } finally {
            walks.forEach(DistinctValues.Walk::close);
        }
    }

    private DistinctValues.Walk walk(byte[] key) {
        DistinctValues.Walk walk = DistinctValues.Walk.of(slices.store(), key);
        walk.moveTo(key);
        return walk;
    }

    /** Looks at a group in a window; the array is its own until it returns. */
    @FunctionalInterface
    interface Visitor {
        /** @return false to stop */
        boolean visit(long windowEndMs, @Nullable Object[] group);
    }

    /** A slice, or several rolled up, the last of which is at or before {@code endMs}. */
    private record Part(byte[] key, long endMs, @Nullable Object[] group) {}
}
