package io.millrace.state.rocksdb;

import io.millrace.state.OrderedBytes;
import io.millrace.state.StateBatch;
import io.millrace.state.TaskState;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Batches 1, 2, 3, … over three stores, each a function of its number alone, so that from a number the whole state is known.
 * As a program it applies them, starting behind what is on disk, until it is killed.
 */
final class NumberedBatches {
    static final String TASK = "1_3";
    static final List<String> STORES = List.of("overwritten", "sliding", "rare");

    private static final int OVERWRITTEN_KEYS = 200;
    private static final int SLIDING_KEYS = 50;
    private static final int RARE_EVERY = 100;

    private NumberedBatches() {}

    /** Prints {@code applied N} after each batch and {@code flushed N} after each flush. */
    public static void main(String[] args) {
        RocksDbStateBackend backend =
                new RocksDbStateBackend(Path.of(args[0]), RocksDbOptions.ofMemory(1 << 20), () -> "child");
        TaskState state = backend.open(TASK, STORES);
        for (long number = lastApplied(state) + 1; ; number++) {
            apply(state, number);
            System.out.println("applied " + number);
            if (number % 331 == 0) {
                state.flush();
                System.out.println("flushed " + number);
            }
        }
    }

    static void apply(TaskState state, long number) {
        StateBatch batch = state.newBatch();
        batch.put(0, OrderedBytes.ofLong(number % OVERWRITTEN_KEYS), value(number));
        batch.put(1, OrderedBytes.ofLong(number), value(number));
        batch.delete(1, OrderedBytes.ofLong(number - SLIDING_KEYS));
        if (number % RARE_EVERY == 0) {
            batch.put(2, OrderedBytes.ofLong(0), value(number));
        }
        state.apply(batch, OrderedBytes.ofLong(number));
    }

    static long lastApplied(TaskState state) {
        byte[] position = state.position();
        return position == null ? 0 : OrderedBytes.readLong(position, 0);
    }

    /** The entries of a store after the batches up to {@code number}. */
    static Map<Long, String> expected(int store, long number) {
        Map<Long, String> entries = new TreeMap<>();
        switch (store) {
            case 0 -> {
                for (long n = Math.max(1, number - OVERWRITTEN_KEYS + 1); n <= number; n++) {
                    entries.put(n % OVERWRITTEN_KEYS, text(value(n)));
                }
            }
            case 1 -> {
                for (long n = Math.max(1, number - SLIDING_KEYS + 1); n <= number; n++) {
                    entries.put(n, text(value(n)));
                }
            }
            default -> {
                if (number >= RARE_EVERY) {
                    entries.put(0L, text(value(number / RARE_EVERY * RARE_EVERY)));
                }
            }
        }
        return entries;
    }

    /** Tells values apart, readably. */
    static String text(byte[] value) {
        return value.length + " bytes hashing to " + Arrays.hashCode(value);
    }

    /** Of any length up to 1 KiB, so that write buffers fill at no regular batch. */
    private static byte[] value(long number) {
        Random random = new Random(number);
        byte[] value = new byte[random.nextInt(1024)];
        random.nextBytes(value);
        return value;
    }
}
