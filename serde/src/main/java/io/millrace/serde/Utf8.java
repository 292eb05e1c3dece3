package io.millrace.serde;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 for internal forms. It differs from the standard in one point: half of a surrogate pair, which a Java string may
 * hold and JSON can deliver, is written as three bytes and read back, where the JDK would put a question mark. Without this
 * two different strings could become the same key.
 */
final class Utf8 {
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Utf8() {}

    /** Bytes that {@link #put} needs; equal to the string's length iff the string is ASCII. */
    static int encodedBytes(String value) {
        int length = value.length();
        int i = 0;
        while (i < length && value.charAt(i) < 0x80) {
            i++;
        }
        if (i == length) {
            return length;
        }
        long bytes = i;
        for (; i < length; i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (isPair(value, i)) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        if (bytes > Integer.MAX_VALUE) {
            throw new EncodeException("a string of " + bytes + " UTF-8 bytes cannot be written");
        }
        return (int) bytes;
    }

    @SuppressWarnings(
            "deprecation") // of all the ways to copy ASCII, the deprecated one is the only that allocates nothing
    static void putAscii(String value, byte[] target, int place) {
        value.getBytes(0, value.length(), target, place);
    }

    /** @return the place after the last byte */
    static int put(String value, byte[] target, int start) {
        int place = start;
        int length = value.length();
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c < 0x80) {
                target[place++] = (byte) c;
            } else if (c < 0x800) {
                target[place++] = (byte) (0xC0 | (c >> 6));
                target[place++] = (byte) (0x80 | (c & 0x3F));
            } else if (isPair(value, i)) {
                int point = Character.toCodePoint(c, value.charAt(++i));
                target[place++] = (byte) (0xF0 | (point >> 18));
                target[place++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                target[place++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                target[place++] = (byte) (0x80 | (point & 0x3F));
            } else {
                target[place++] = (byte) (0xE0 | (c >> 12));
                target[place++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                target[place++] = (byte) (0x80 | (c & 0x3F));
            }
        }
        return place;
    }

    /** @throws DecodeException if the bytes are not what {@link #put} writes */
    static String get(byte[] source, int start, int length) {
        if (isAscii(source, start, length)) {
            return new String(source, start, length, StandardCharsets.ISO_8859_1);
        }
        String text = new String(source, start, length, StandardCharsets.UTF_8);
        // The JDK marks what it cannot read with U+FFFD; only then is the slow and strict reading needed.
        return text.indexOf('\uFFFD') < 0 ? text : getStrictly(source, start, length);
    }

    static boolean isAscii(byte[] source, int start, int length) {
        int end = start + length;
        int i = start;
        for (; i <= end - 8; i += 8) {
            if ((Bytes.getLong(source, i) & HIGH_BITS) != 0) {
                return false;
            }
        }
        for (; i < end; i++) {
            if (source[i] < 0) {
                return false;
            }
        }
        return true;
    }

    private static String getStrictly(byte[] source, int start, int length) {
        char[] chars = new char[length];
        int count = 0;
        int end = start + length;
        int i = start;
        while (i < end) {
            int first = source[i];
            int bytes = first >= 0 ? 1 : (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : 4;
            if (i + bytes > end || (bytes == 4 && (first & 0xF8) != 0xF0)) {
                throw malformed(i - start);
            }
            int point = bytes == 1 ? first : first & (0x7F >> bytes);
            for (int k = 1; k < bytes; k++) {
                if ((source[i + k] & 0xC0) != 0x80) {
                    throw malformed(i - start);
                }
                point = (point << 6) | (source[i + k] & 0x3F);
            }
            boolean overlong = point < (bytes == 1 ? 0 : bytes == 2 ? 0x80 : bytes == 3 ? 0x800 : 0x10000);
            if (overlong || point > Character.MAX_CODE_POINT) {
                throw malformed(i - start);
            }
            count += Character.toChars(point, chars, count);
            i += bytes;
        }
        return new String(chars, 0, count);
    }

    private static DecodeException malformed(int offset) {
        return new DecodeException("a string is not valid UTF-8 at its byte " + offset);
    }

    private static boolean isPair(String value, int index) {
        return Character.isHighSurrogate(value.charAt(index))
                && index + 1 < value.length()
                && Character.isLowSurrogate(value.charAt(index + 1));
    }
}
