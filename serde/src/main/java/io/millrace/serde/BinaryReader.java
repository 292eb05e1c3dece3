package io.millrace.serde;

import java.util.Arrays;
import java.util.Objects;

/**
 * Reads what {@link BinaryWriter} wrote. Every read checks its bounds: bytes that end too early, and lengths that point past
 * the end, are a {@link DecodeException}, and nothing is allocated for a length before it was checked. Not thread-safe.
 */
public final class BinaryReader {
    private byte[] buffer;
    private int position;
    private int limit;

    public BinaryReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public BinaryReader(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.buffer = bytes;
        this.position = offset;
        this.limit = offset + length;
    }

    /** Starts over on other bytes. */
    public void reset(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.buffer = bytes;
        this.position = offset;
        this.limit = offset + length;
    }

    /** The index of the next byte in the array. */
    public int position() {
        return position;
    }

    public int remaining() {
        return limit - position;
    }

    /** @throws DecodeException if bytes are left */
    public void expectEnd() {
        if (position != limit) {
            throw new DecodeException((limit - position) + " bytes too many, from byte " + position);
        }
    }

    public byte readByte() {
        need(1);
        return buffer[position++];
    }

    /** @throws DecodeException if the byte is neither 0 nor 1 */
    public boolean readBoolean() {
        byte value = readByte();
        if ((value & ~1) != 0) {
            throw new DecodeException("byte " + (position - 1) + " is neither true nor false");
        }
        return value == 1;
    }

    public short readFixedShort() {
        need(2);
        int value = (buffer[position] << 8) | (buffer[position + 1] & 0xFF);
        position += 2;
        return (short) value;
    }

    public int readFixedInt() {
        need(4);
        int value = Bytes.getInt(buffer, position);
        position += 4;
        return value;
    }

    public long readFixedLong() {
        need(8);
        long value = Bytes.getLong(buffer, position);
        position += 8;
        return value;
    }

    public float readFloat() {
        return Float.intBitsToFloat(readFixedInt());
    }

    public double readDouble() {
        return Double.longBitsToDouble(readFixedLong());
    }

    /** @throws DecodeException if it has more than 5 bytes or more than 32 bits */
    public int readVarInt() {
        byte first = readByte();
        if (first >= 0) {
            return first;
        }
        int value = first & 0x7F;
        for (int shift = 7; shift < 35; shift += 7) {
            byte next = readByte();
            if (shift == 28 && (next & 0xF0) != 0) {
                break;
            }
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new DecodeException("the number before byte " + position + " has more than 32 bits");
    }

    /** @throws DecodeException if it has more than 10 bytes or more than 64 bits */
    public long readVarLong() {
        byte first = readByte();
        if (first >= 0) {
            return first;
        }
        long value = first & 0x7F;
        for (int shift = 7; shift < 70; shift += 7) {
            byte next = readByte();
            if (shift == 63 && (next & 0xFE) != 0) {
                break;
            }
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new DecodeException("the number before byte " + position + " has more than 64 bits");
    }

    public int readZigZagInt() {
        int value = readVarInt();
        return (value >>> 1) ^ -(value & 1);
    }

    public long readZigZagLong() {
        long value = readVarLong();
        return (value >>> 1) ^ -(value & 1);
    }

    /**
     * A count or length of things that take at least one byte each.
     *
     * @throws DecodeException if so many cannot follow
     */
    public int readCount() {
        int count = readVarInt();
        if (count < 0 || count > limit - position) {
            throw new DecodeException("a length before byte " + position + " points past the end");
        }
        return count;
    }

    /** Exactly {@code length} bytes; they belong to the caller. */
    public byte[] readRaw(int length) {
        need(length);
        byte[] bytes = Arrays.copyOfRange(buffer, position, position + length);
        position += length;
        return bytes;
    }

    /** As {@link BinaryWriter#writeBytes} wrote them; they belong to the caller. */
    public byte[] readBytes() {
        return readRaw(readCount());
    }

    /** As {@link BinaryWriter#writeString} wrote it. */
    public String readString() {
        return readUtf8(readCount());
    }

    /** A string of {@code length} bytes of UTF-8. */
    public String readUtf8(int length) {
        need(length);
        String value = Utf8.get(buffer, position, length);
        position += length;
        return value;
    }

    /** Passes over {@code length} bytes. */
    public void skip(long length) {
        if (length < 0 || length > limit - position) {
            throw tooShort();
        }
        position += (int) length;
    }

    /** The byte at {@code ahead} bytes from here, which must be there. */
    byte peek(int ahead) {
        return buffer[position + ahead];
    }

    private void need(int count) {
        if (count < 0 || limit - position < count) {
            throw tooShort();
        }
    }

    private DecodeException tooShort() {
        return new DecodeException("the bytes end too early, at byte " + position + " of " + limit);
    }
}
