package io.millrace.serde;

import java.util.Arrays;

/**
 * A growing byte buffer with the primitives of Millrace's internal forms; {@link BinaryReader} reads them back. Made to be
 * kept and {@link #clear cleared} between records. Not thread-safe.
 *
 * <p>A buffer that grew past {@value #KEPT_BYTES} bytes for one record is given back at the next {@code clear}, so that one
 * huge record does not pin its memory for ever.
 */
public final class BinaryWriter {
    static final int KEPT_BYTES = 1 << 20;

    private static final int INITIAL_BYTES = 256;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 16;

    private byte[] buffer = new byte[INITIAL_BYTES];
    private int size;

    /** Forgets what was written. */
    public void clear() {
        size = 0;
        if (buffer.length > KEPT_BYTES) {
            buffer = new byte[INITIAL_BYTES];
        }
    }

    /** How many bytes were written since the last {@link #clear}. */
    public int size() {
        return size;
    }

    /** A copy of what was written; it belongs to the caller. */
    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    public void writeByte(int value) {
        ensure(1);
        buffer[size++] = (byte) value;
    }

    public void writeBoolean(boolean value) {
        writeByte(value ? 1 : 0);
    }

    /** Two bytes, big-endian. */
    public void writeFixedShort(int value) {
        ensure(2);
        buffer[size++] = (byte) (value >> 8);
        buffer[size++] = (byte) value;
    }

    /** Four bytes, big-endian. */
    public void writeFixedInt(int value) {
        ensure(4);
        Bytes.putInt(buffer, size, value);
        size += 4;
    }

    /** Eight bytes, big-endian. */
    public void writeFixedLong(long value) {
        ensure(8);
        Bytes.putLong(buffer, size, value);
        size += 8;
    }

    public void writeFloat(float value) {
        writeFixedInt(Float.floatToIntBits(value));
    }

    public void writeDouble(double value) {
        writeFixedLong(Double.doubleToLongBits(value));
    }

    /** 1 to 5 bytes, seven bits each, least significant first; {@code value} is taken as unsigned. */
    public void writeVarInt(int value) {
        ensure(5);
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    /** 1 to 10 bytes, seven bits each, least significant first; {@code value} is taken as unsigned. */
    public void writeVarLong(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[size++] = (byte) rest;
    }

    /** A signed number near zero in few bytes. */
    public void writeZigZagInt(int value) {
        writeVarInt((value << 1) ^ (value >> 31));
    }

    /** A signed number near zero in few bytes. */
    public void writeZigZagLong(long value) {
        writeVarLong((value << 1) ^ (value >> 63));
    }

    /** The bytes as they are, without a length. */
    public void writeRaw(byte[] bytes, int offset, int length) {
        ensure(length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
    }

    /** The length as a {@link #writeVarInt varint}, then the bytes. */
    public void writeBytes(byte[] bytes) {
        writeVarInt(bytes.length);
        writeRaw(bytes, 0, bytes.length);
    }

    /** The length in bytes as a {@link #writeVarInt varint}, then UTF-8. Every Java string is read back as it was. */
    public void writeString(String value) {
        int utf8Bytes = Utf8.encodedBytes(value);
        writeVarInt(utf8Bytes);
        writeUtf8(value, utf8Bytes);
    }

    /** UTF-8 without a length, for forms that write {@link #utf8Bytes} in their own way. */
    public void writeUtf8(String value) {
        writeUtf8(value, Utf8.encodedBytes(value));
    }

    /** How many bytes {@link #writeUtf8} writes. */
    public static int utf8Bytes(String value) {
        return Utf8.encodedBytes(value);
    }

    void writeUtf8(String value, int utf8Bytes) {
        ensure(utf8Bytes);
        if (utf8Bytes == value.length()) {
            Utf8.putAscii(value, buffer, size);
        } else {
            Utf8.put(value, buffer, size);
        }
        size += utf8Bytes;
    }

    /** The place where {@link #orByte} can later put bits, after {@code count} zero bytes. */
    int reserve(int count) {
        ensure(count);
        int place = size;
        Arrays.fill(buffer, place, place + count, (byte) 0);
        size += count;
        return place;
    }

    void orByte(int place, int bits) {
        buffer[place] |= (byte) bits;
    }

    private void ensure(int more) {
        if (buffer.length - size < more) {
            grow(more);
        }
    }

    private void grow(int more) {
        long needed = (long) size + more;
        if (needed > MAX_BYTES) {
            throw new EncodeException("a record of more than " + MAX_BYTES + " bytes cannot be written");
        }
        buffer = Arrays.copyOf(buffer, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * buffer.length)));
    }
}
