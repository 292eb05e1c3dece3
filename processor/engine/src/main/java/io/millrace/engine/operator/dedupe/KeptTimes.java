package io.millrace.engine.operator.dedupe;

import io.millrace.engine.operator.aggregate.SlicedWindows;
import io.millrace.serde.BinaryWriter;
import io.millrace.serde.KeyCodec;
import io.millrace.serde.RowType;
import io.millrace.state.Expiry;
import io.millrace.state.KeyValueStore;
import io.millrace.state.OrderedBytes;
import org.jspecify.annotations.Nullable;

/**
 * At which times rows were kept, by key. Time is cut into buckets of the size of {@code within}, and an entry is found by its bucket and its
 * key, so that looking for a time near another takes two or three look-ups, and old buckets expire as a range. There is one time
 * per bucket and key: the last one kept.
 */
final class KeptTimes {
    static final byte KIND = 1;

    /** Before and after all event times, but not so far away that arithmetic would overflow. */
    static final long NEVER_MS = -(1L << 62);

    static final long HORIZON_MS = 1L << 62;

    /** No row was kept. */
    static final long NONE = Long.MIN_VALUE;

    private static final int BUCKET_AT = 1;

    private final KeyValueStore store;
    private final long withinMs;
    private final SlicedWindows buckets;

    /** Nothing is remembered in buckets that end before. */
    private long expiredBeforeMs;

    KeptTimes(DedupeSpec spec, KeyValueStore store) {
        this.store = store;
        this.withinMs = spec.withinMs();
        this.buckets = SlicedWindows.tumbling(withinMs, 0);
        byte[] mark = store.get(Expiry.mark(KIND));
        this.expiredBeforeMs = mark == null ? firstNeeded(NEVER_MS) : Expiry.timeMs(mark);
    }

    /** Whether {@code timeMs} is near enough to 1970. */
    boolean covers(long timeMs) {
        return buckets.covers(timeMs);
    }

    /** The end of the bucket that holds {@code timeMs}. */
    long bucketEnd(long timeMs) {
        return buckets.sliceEnd(timeMs);
    }

    /** The time kept for a key in a bucket, or {@link #NONE}. */
    long in(long bucketEndMs, byte[] key) {
        byte[] kept = store.get(inBucket(key, bucketEndMs));
        return kept == null ? NONE : OrderedBytes.readLong(kept, 0);
    }

    /** Whether a row of the key was kept at {@code timeMs} or less than {@code within} before. */
    boolean isKeptBefore(byte[] key, long timeMs) {
        long endMs = bucketEnd(timeMs);
        long here = in(endMs, key);
        if (here != NONE && here <= timeMs) {
            return true;
        }
        long before = in(endMs - withinMs, key);
        return before != NONE && timeMs - before < withinMs;
    }

    /** Whether a row of the key was kept less than {@code within} before or after {@code timeMs}. */
    boolean isKeptNear(byte[] key, long timeMs) {
        long endMs = bucketEnd(timeMs);
        if (in(endMs, key) != NONE || isKeptBefore(key, timeMs)) {
            return true;
        }
        long after = in(endMs + withinMs, key);
        return after != NONE && after - timeMs < withinMs;
    }

    /** Remembers a row that is kept. @return false if it is so late that it is not remembered */
    boolean keep(byte[] key, long timeMs) {
        long endMs = bucketEnd(timeMs);
        if (endMs < expiredBeforeMs) {
            return false;
        }
        store.put(inBucket(key, endMs), OrderedBytes.ofLong(timeMs));
        return true;
    }

    /** Forgets what no row needs that is at most {@code within} late. @return the end of the oldest bucket that is left */
    long expire(long watermarkMs) {
        long beforeMs = firstNeeded(Math.max(NEVER_MS, Math.min(watermarkMs, HORIZON_MS)));
        if (beforeMs > expiredBeforeMs) {
            store.expireBefore(KIND, beforeMs);
            expiredBeforeMs = beforeMs;
        }
        return expiredBeforeMs;
    }

    /** A row that is less than {@code within} late is compared with those less than {@code within} before it. */
    private long firstNeeded(long watermarkMs) {
        return bucketEnd(watermarkMs - 2 * withinMs + 1);
    }

    private static byte[] inBucket(byte[] key, long bucketEndMs) {
        byte[] entry = key.clone();
        OrderedBytes.putLong(entry, BUCKET_AT, bucketEndMs);
        return entry;
    }

    /** Makes the keys of entries. */
    static final class Keys {
        private final KeyCodec codec;
        private final int[] columns;
        private final BinaryWriter writer = new BinaryWriter();

        /** @throws IllegalArgumentException if a column of the key has a type without an order */
        Keys(DedupeSpec spec) {
            this.codec = new KeyCodec(
                    new RowType(spec.key().stream().map(spec.input()::column).toList()));
            this.columns = spec.key().stream().mapToInt(Integer::intValue).toArray();
        }

        /** The key of a row, with room for a bucket. */
        byte[] of(@Nullable Object[] row) {
            writer.clear();
            writer.writeByte(KIND);
            writer.writeFixedLong(0);
            codec.encode(row, columns, writer);
            return writer.toByteArray();
        }
    }
}
