package io.millrace.serde;

/** Bytes that end with 0 0 and hold each own 0 as 0 255, so that they keep their order and none begins another. */
final class EscapedBytes {
    private static final byte ESCAPED_ZERO = (byte) 0xFF;

    private EscapedBytes() {}

    static void write(BinaryWriter out, String value) {
        int utf8Bytes = Utf8.encodedBytes(value);
        if (value.indexOf('\0') < 0) {
            out.writeUtf8(value, utf8Bytes);
            out.writeFixedShort(0);
            return;
        }
        byte[] bytes = new byte[utf8Bytes];
        Utf8.put(value, bytes, 0);
        write(out, bytes);
    }

    static void write(BinaryWriter out, byte[] value) {
        int start = 0;
        for (int i = 0; i < value.length; i++) {
            if (value[i] == 0) {
                out.writeRaw(value, start, i + 1 - start);
                out.writeByte(ESCAPED_ZERO);
                start = i + 1;
            }
        }
        out.writeRaw(value, start, value.length - start);
        out.writeFixedShort(0);
    }

    static String readString(BinaryReader in) {
        int length = lengthToZero(in);
        if (length + 1 < in.remaining() && in.peek(length + 1) == 0) {
            String value = in.readUtf8(length);
            in.skip(2);
            return value;
        }
        byte[] bytes = readBytes(in);
        return Utf8.get(bytes, 0, bytes.length);
    }

    static byte[] readBytes(BinaryReader in) {
        BinaryWriter bytes = new BinaryWriter();
        while (true) {
            int length = lengthToZero(in);
            byte[] part = in.readRaw(length);
            bytes.writeRaw(part, 0, length);
            in.skip(1);
            byte after = in.readByte();
            if (after == 0) {
                return bytes.toByteArray();
            }
            if (after != ESCAPED_ZERO) {
                throw new DecodeException(
                        "byte " + (in.position() - 1) + " follows a zero and is neither its escape nor the end");
            }
            bytes.writeByte(0);
        }
    }

    private static int lengthToZero(BinaryReader in) {
        int remaining = in.remaining();
        for (int i = 0; i < remaining; i++) {
            if (in.peek(i) == 0) {
                return i;
            }
        }
        throw new DecodeException(
                "the bytes end too early: a string or bytes from byte " + in.position() + " has no end");
    }
}
