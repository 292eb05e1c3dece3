package io.millrace.engine.operator.aggregate;

import io.millrace.serde.Finality;
import io.millrace.serde.Row;
import io.millrace.serde.RowKind;
import org.jspecify.annotations.Nullable;

/** Makes result rows of groups in windows. */
final class WindowResults {
    private final int keyCount;
    private final SliceStore slices;
    private final SlicedWindows windows;
    private final TimeLine line;

    /** The window of the last result, and its bounds as instants. */
    private long lastEndMs;

    private long startInstantMs;
    private long endInstantMs;

    WindowResults(AggregateSpec spec, SliceStore slices, SlicedWindows windows, TimeLine line) {
        this.keyCount = spec.keyCount();
        this.slices = slices;
        this.windows = windows;
        this.line = line;
        bound(0);
    }

    /** @param windowEndMs on the time line */
    Row row(RowKind kind, Finality finality, long windowEndMs, byte[] key, @Nullable Object[] group) {
        if (windowEndMs != lastEndMs) {
            bound(windowEndMs);
        }
        @Nullable
        Object[] result = new Object[keyCount + 2 + slices.accumulators().callCount()];
        System.arraycopy(slices.keys().columns(key), 0, result, 0, keyCount);
        result[keyCount] = startInstantMs;
        result[keyCount + 1] = endInstantMs;
        slices.accumulators().results(group, result, keyCount + 2);
        return new Row(kind, endInstantMs - 1, finality, result);
    }

    private void bound(long windowEndMs) {
        lastEndMs = windowEndMs;
        startInstantMs = line.startMs(windows.windowStart(windowEndMs));
        endInstantMs = line.endMs(windowEndMs);
    }
}
