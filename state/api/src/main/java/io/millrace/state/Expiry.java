package io.millrace.state;

import org.jspecify.annotations.Nullable;

/**
 * Entries that go by time. The key of such an entry is a byte that says what kind it is, then its time as {@link OrderedBytes#ofLong}, then
 * anything. All entries of a kind before a time are removed at once by {@link KeyValueStore#expireBefore}, as one range on disk and,
 * whatever their number, as one entry in the changelog: the <i>mark</i>, which holds that time.
 *
 * <p>A changelog that is read from its beginning still has the expired entries, since nothing was written for each of them. Whoever rebuilds a
 * store therefore removes, once it is at the end, what its marks say ({@link #start} to {@link #end}); what happens in between does
 * not matter, because an entry is never written again once its time has expired.
 */
public final class Expiry {
    /** The first byte of a mark's key; no other key may begin with it. */
    public static final byte MARK = (byte) 0xFF;

    private static final int MARK_KEY_BYTES = 2;
    private static final int TIME_AT = 1;

    private Expiry() {}

    /** The key of the mark of a kind. */
    public static byte[] mark(byte kind) {
        return new byte[] {MARK, kind};
    }

    public static boolean isMark(byte[] key) {
        return key.length == MARK_KEY_BYTES && key[0] == MARK;
    }

    /** The kind whose mark this is the key of. */
    public static byte kind(byte[] mark) {
        return mark[1];
    }

    /** The time that a mark holds. */
    public static long timeMs(byte[] markValue) {
        return OrderedBytes.readLong(markValue, 0);
    }

    /** The time of an entry, or null if it is none with a time. Marks have none. */
    public static @Nullable Long timeOf(byte[] key) {
        return key.length < TIME_AT + Long.BYTES || key[0] == MARK ? null : OrderedBytes.readLong(key, TIME_AT);
    }

    /** The least key of a kind. */
    public static byte[] start(byte kind) {
        return new byte[] {kind};
    }

    /** The least key that a kind's entries from {@code timeMs} on can have. */
    public static byte[] end(byte kind, long timeMs) {
        byte[] key = new byte[TIME_AT + Long.BYTES];
        key[0] = kind;
        OrderedBytes.putLong(key, TIME_AT, timeMs);
        return key;
    }
}
