package io.millrace.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** All chance of one simulated run: the same seed and the same questions give the same answers. */
final class Dice {
    private static final double CERTAIN = 1.0;

    private final SplittableRandom random;

    Dice(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** From 0 to {@code bound - 1}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Both ends included. */
    long between(long least, long most) {
        return least + random.nextLong(most - least + 1);
    }

    boolean happens(double probability) {
        return probability > 0 && (probability >= CERTAIN || random.nextDouble() < probability);
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
