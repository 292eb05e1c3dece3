package io.millrace.engine.operator.exchange;

/**
 * Which partition a key belongs to: 32-bit MurmurHash2 (Austin Appleby, public domain) with the seed and the treatment of the sign that
 * Kafka's own producers use, so that a repartition topic is partitioned like any topic that they write with the same key bytes.
 */
public final class KeyHash {
    private static final int SEED = 0x9747b28c;
    private static final int M = 0x5bd1e995;
    private static final int R = 24;

    private KeyHash() {}

    /** A partition from 0 to {@code partitions - 1}. */
    public static int partition(byte[] key, int partitions) {
        return (murmur2(key) & 0x7fffffff) % partitions;
    }

    static int murmur2(byte[] bytes) {
        int h = SEED ^ bytes.length;
        int at = 0;
        for (int left = bytes.length; left >= Integer.BYTES; left -= Integer.BYTES, at += Integer.BYTES) {
            int k = (bytes[at] & 0xff)
                    | (bytes[at + 1] & 0xff) << 8
                    | (bytes[at + 2] & 0xff) << 16
                    | (bytes[at + 3] & 0xff) << 24;
            k *= M;
            k ^= k >>> R;
            h = h * M ^ k * M;
        }
        for (int tail = bytes.length - at - 1; tail >= 0; tail--) {
            h ^= (bytes[at + tail] & 0xff) << (8 * tail);
        }
        if (at < bytes.length) {
            h *= M;
        }
        h ^= h >>> 13;
        h *= M;
        return h ^ h >>> 15;
    }
}
