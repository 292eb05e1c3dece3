package io.millrace.benchmarks.bids;

/** Pseudo-random numbers that follow from a seed and an index: SplitMix64 (Steele, Lea, Flood 2014). */
final class Draw {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private long state;

    Draw(long seed, long index) {
        this.state = mix(seed + GOLDEN_GAMMA) ^ mix(index);
    }

    /** From 0 (inclusive) to {@code bound} (exclusive). */
    long below(long bound) {
        return Long.remainderUnsigned(next(), bound);
    }

    /** From 0 (inclusive) to 1 (exclusive). */
    double unit() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
