package io.millrace.engine.operator.dedupe;

import io.millrace.state.Cursor;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;
import java.util.Arrays;

/** The ends of the buckets of {@link KeptTimes} that have entries, ascending: usually a handful. Derived from the store. */
final class Buckets {
    private long[] endsMs = new long[8];
    private int count;

    static Buckets load(KeyValueStore store) {
        Buckets buckets = new Buckets();
        byte[] end = {KeptTimes.KIND + 1};
        byte[] from = Expiry.start(KeptTimes.KIND);
        while (true) {
            // From bucket to bucket, not from entry to entry.
            try (Cursor entries = store.scan(from, end)) {
                Long endMs = entries.next() ? Expiry.timeOf(entries.key()) : null;
                if (endMs == null) {
                    return buckets;
                }
                buckets.add(endMs);
                from = Expiry.end(KeptTimes.KIND, endMs + 1);
            }
        }
    }

    int count() {
        return count;
    }

    long endMs(int index) {
        return endsMs[index];
    }

    void add(long endMs) {
        int at = count;
        while (at > 0 && endsMs[at - 1] > endMs) {
            at--;
        }
        if (at > 0 && endsMs[at - 1] == endMs) {
            return;
        }
        if (count == endsMs.length) {
            endsMs = Arrays.copyOf(endsMs, 2 * count);
        }
        System.arraycopy(endsMs, at, endsMs, at + 1, count - at);
        endsMs[at] = endMs;
        count++;
    }

    /** Removes the buckets that end before. */
    void removeBefore(long endMs) {
        int from = 0;
        while (from < count && endsMs[from] < endMs) {
            from++;
        }
        System.arraycopy(endsMs, from, endsMs, 0, count - from);
        count -= from;
    }
}
