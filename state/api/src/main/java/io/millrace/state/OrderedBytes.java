package io.millrace.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Encodings of key parts whose unsigned byte order is the order of what they encode, and arithmetic on such keys. */
public final class OrderedBytes {
    private OrderedBytes() {}

    /** The order of keys in every store: byte by byte, unsigned; a prefix comes before what extends it. */
    public static int compare(byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, right);
    }

    /** Eight bytes that sort as {@code value} does, negative numbers first. */
    public static byte[] ofLong(long value) {
        byte[] bytes = new byte[Long.BYTES];
        putLong(bytes, 0, value);
        return bytes;
    }

    /** Writes what {@link #ofLong} returns at {@code bytes[offset]} to {@code bytes[offset + 7]}. */
    public static void putLong(byte[] bytes, int offset, long value) {
        // With the sign bit flipped, the order of the bits read as an unsigned number is the order of the signed
        // values.
        long flipped = value ^ Long.MIN_VALUE;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            bytes[offset + i] = (byte) flipped;
            flipped >>>= Byte.SIZE;
        }
    }

    /** The number that {@link #putLong} wrote at {@code offset}. */
    public static long readLong(byte[] bytes, int offset) {
        long flipped = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            flipped = flipped << Byte.SIZE | Byte.toUnsignedLong(bytes[offset + i]);
        }
        return flipped ^ Long.MIN_VALUE;
    }

    /** The parts one after the other. Sorts part by part only if all parts but the last have a fixed length or a terminator. */
    public static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] whole = new byte[length];
        int offset = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, offset, part.length);
            offset += part.length;
        }
        return whole;
    }

    /**
     * The smallest key greater than every key that starts with {@code prefix}, which is the upper end of a scan of that
     * prefix; null if there is none, because the prefix is empty or consists of 0xFF only.
     */
    public static byte @Nullable [] prefixEnd(byte[] prefix) {
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xFF) {
                byte[] end = Arrays.copyOf(prefix, last + 1);
                end[last]++;
                return end;
            }
        }
        return null;
    }
}
