package io.millrace.serde;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Big-endian numbers in byte arrays, one machine instruction each. Out-of-range places are the caller's error. */
final class Bytes {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    static int getInt(byte[] bytes, int place) {
        return (int) INTS.get(bytes, place);
    }

    static long getLong(byte[] bytes, int place) {
        return (long) LONGS.get(bytes, place);
    }

    static void putInt(byte[] bytes, int place, int value) {
        INTS.set(bytes, place, value);
    }

    static void putLong(byte[] bytes, int place, long value) {
        LONGS.set(bytes, place, value);
    }
}
